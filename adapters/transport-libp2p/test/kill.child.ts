// Dials, sends without an end, and waits to be killed: node kill.child.ts <address>
import { libp2pTransport } from '../src/index.ts'
import { openNode } from './nodes.ts'

const connection = await libp2pTransport(await openNode()).dial(process.argv[2] ?? '')
async function* endless() {
  for (;;) {
    yield new Uint8Array(1000)
    await new Promise((resolve) => setImmediate(resolve))
  }
}
await connection.sink(endless())
