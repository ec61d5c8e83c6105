import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { atRest } from '@anyfeed/conformance'
import { expect, it } from 'vitest'
import { encodeHandshake, encodeMessage } from '../../packages/core/src/wire/encode.ts'
import { JOIN, REQUEST } from '../../packages/core/src/wire/messages.ts'
import { medium } from './media.ts'
import { inNetwork, until } from './network.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const MIB = 1024 * 1024
const READERS = 4
const BLOCK = 64 * 1024
const BLOCKS = 1024
/** What the sharer has ready for a peer beside what the transport holds (docs/limits.md, "Serving a peer"). */
const READY = MIB + 512 * 1024

/** Bytes that are in use in this process, where both ends are. */
function held(): number {
  collectGarbage()
  return process.memoryUsage().arrayBuffers
}

/** What somebody sends who asks for a whole feed at once: a Join and Requests of version 0. */
async function* greed(id: Uint8Array, peer: number): AsyncGenerator<Uint8Array> {
  yield encodeHandshake({
    protocol: 'hypercore',
    version: 0,
    id: new Uint8Array(32).fill(peer),
    extensions: [],
    nonce: undefined
  })
  yield encodeMessage({ type: JOIN, channel: 0, id })
  for (let block = 0; block < BLOCKS; block++) yield encodeMessage({ type: REQUEST, channel: 0, block })
  await new Promise<void>(() => {})
}

/** In a file for each, so that nothing of another test is about to be freed. */
export function slowReaders(name: 'tcp' | 'libp2p'): void {
  it(
    `readers over ${name} that ask for everything and read nothing cost no more than is stated, at both ends together`,
    inNetwork(async (network) => {
      const make = medium(name, network)
      const { transport, address } = await make()
      const sharer = network.peer({ transports: [transport], listen: [address] })
      const feed = sharer.core.add()
      for (let i = 0; i < BLOCKS; i++) await feed.append(new Uint8Array(BLOCK).fill(i), { transfer: true })
      const id = (await feed.finalize()) as Uint8Array
      await sharer.swarm.open()
      const readers = await Promise.all(Array.from({ length: READERS }, make))
      for (const reader of readers) network.onClose(() => reader.transport.close())
      const before = held()
      for (const [i, reader] of readers.entries()) {
        const connection = await reader.transport.dial(sharer.swarm.addresses[0] as string)
        connection.sink(greed(id, i + 1)).catch(() => {})
      }
      await until(() => sharer.swarm.peers.length === READERS)
      await until(() => sharer.swarm.peers.every(({ bytesUp }) => bytesUp > MIB))
      await atRest(() => sharer.swarm.counters.bytesUp)
      const { maxBuffered } = transport.supports
      for (const { bytesUp } of sharer.swarm.peers) expect(bytesUp).toBeLessThanOrEqual(maxBuffered + BLOCK)
      expect(held() - before).toBeLessThan(READERS * (maxBuffered + READY))
      expect(maxBuffered).toBeLessThan(BLOCKS * BLOCK)
    })
  )
}
