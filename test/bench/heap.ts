import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** The bytes that this process holds in V8's heap and in the array buffers outside of it, after garbage was collected. */
export async function heldBytes(): Promise<number> {
  // Finalizers run after a collection and let go of more.
  for (let i = 0; i < 3; i++) {
    collect()
    await new Promise(setImmediate)
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
