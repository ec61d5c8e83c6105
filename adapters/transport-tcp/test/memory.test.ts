import { setImmediate as turn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Transport } from '@anyfeed/interfaces'
import { tcpTransport } from '@anyfeed/transport-tcp'
import { expect, it } from 'vitest'
import { parties } from './certificates.ts'
import { closing, listenOn } from './open.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const MIB = 1024 * 1024
const kinds: ReadonlyArray<readonly [string, () => Transport]> = [
  ['TCP', () => tcpTransport()],
  ['TLS', () => tcpTransport({ tls: { ...parties.a, ca: parties.a.cert } })]
]

it.each(kinds)('ten stalled readers over %s hold a bounded amount', async (_, create) => {
  const dialler = create()
  const listening = create()
  await closing([dialler, listening], async () => {
    const { address, accepted } = await listenOn(listening)
    const before = process.memoryUsage().arrayBuffers
    let taken = 0
    async function* gigabytes() {
      for (let sent = 0; sent < 4096; sent++) {
        taken += MIB
        yield new Uint8Array(MIB)
      }
    }
    for (let count = 0; count < 10; count++) {
      const near = await dialler.dial(address)
      await accepted()
      near.sink(gigabytes()).catch(() => {})
    }
    let last = -1
    for (let quiet = 0; quiet < 300; quiet++) {
      await turn()
      if (taken !== last) quiet = 0
      last = taken
    }
    collectGarbage()
    const grown = process.memoryUsage().arrayBuffers - before
    expect(taken).toBeGreaterThan(10 * MIB)
    expect(taken).toBeLessThanOrEqual(10 * (dialler.supports.maxBuffered + MIB))
    // The kernels hold most of it. Here are both ends' 256 KiB, Node's own marks, and a chunk or two of 1 MiB.
    expect(grown).toBeLessThan(10 * 6 * MIB)
  })
})
