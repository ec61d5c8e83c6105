import { randomBytes } from 'node:crypto'
import type { ConnectionError } from '@anyfeed/interfaces'
import { describe, expect, it } from 'vitest'
import { SimulatedClock } from '../../packages/swarm/test/simulated-clock.ts'
import { changed, cutAfter, stalling } from './faulty-transport.ts'
import { MEDIA, medium } from './media.ts'
import { inNetwork, type Peer, share, until } from './network.ts'

const BLOCKS = Array.from({ length: 64 }, () => new Uint8Array(randomBytes(4096)))
/** In the midst of a handshake, of a proof, of a block, and between two of them. */
const CUTS = [0, 1, 40, 100, 300, 5000, 9000, 50_000, 100_000, 200_000]

const isSame = (bytes: Uint8Array, block: number) => Buffer.compare(bytes, BLOCKS[block] as Uint8Array) === 0

describe.each(MEDIA)('over %s', (name) => {
  it.each(['ends', 'closes', 'resets'] as const)(
    'a remote that %s in mid-feed is never taken for one that has said all: what is missing is fetched again',
    (how) =>
      inNetwork(async (network) => {
        const make = medium(name, network)
        const [there, here] = [await make(), await make()]
        const cuts = [...CUTS]
        const transport = changed(there.transport, (connection) => {
          const bytes = cuts.shift()
          return bytes === undefined ? connection : cutAfter(connection, bytes, how)
        })
        const sharer = network.peer({ transports: [transport], listen: [there.address] })
        const id = await share(sharer.core, BLOCKS)
        await sharer.swarm.open()
        const fetcher = network.peer({ transports: [here.transport], listen: [], firstBackOff: 5, longestBackOff: 5 })
        const feed = fetcher.core.get(id)
        let ended = false
        const reading = (async () => {
          let block = 0
          for await (const bytes of feed.read()) expect(isSame(bytes, block++)).toBe(true)
          ended = true
          return block
        })()
        fetcher.swarm.on('peer-end', () => {
          if (!feed.complete) expect(ended).toBe(false)
        })
        void fetcher.swarm.dial(sharer.swarm.addresses[0] as string, { keep: true }).catch(() => {})
        expect(await reading).toBe(BLOCKS.length)
        expect(feed.complete).toBe(true)
        expect(cuts).toEqual([])
      })()
  )
})

describe.each(MEDIA)('a remote over %s that stops reading', (name) => {
  /** A sharer, a reader that stops in the midst of the feed, and another one that does not. */
  async function scene(network: Parameters<Parameters<typeof inNetwork>[0]>[0], clocks: readonly SimulatedClock[]) {
    const make = medium(name, network)
    const media = [await make(), await make(), await make()] as const
    let wake = () => {}
    const awake = new Promise<void>((resolve) => {
      wake = resolve
    })
    const [clock, readersClock] = clocks as [SimulatedClock, SimulatedClock]
    const reading = changed(media[1].transport, (connection) => stalling(connection, 60_000, awake))
    const join = (i: 0 | 1 | 2, transport = media[i].transport, ticking = clock) =>
      network.peer(
        { transports: [transport], listen: i === 0 ? [media[0].address] : [] },
        // Who does not read sees nothing but silence; it is patient.
        { clock: ticking, requestTimeout: 3_600_000, ...(i === 1 && { idleTimeout: 3_600_000 }) }
      )
    const [sharer, reader, other] = [join(0), join(1, reading, readersClock), join(2)]
    const id = await share(sharer.core, BLOCKS)
    await sharer.swarm.open()
    const [address] = sharer.swarm.addresses as [string]
    const fetch = async ({ core, swarm }: Peer) => {
      void swarm.dial(address, { keep: true }).catch(() => {})
      const download = core.get(id).download()
      download.done.catch(() => {})
      return download
    }
    const stalled = await fetch(reader)
    await until(() => stalled.downloaded > 0)
    await (await fetch(other)).done
    const [peer] = sharer.swarm.peers.filter((each) => Buffer.compare(each.id, reader.core.id) === 0)
    if (peer === undefined) throw new Error('the reader is not connected')
    return { sharer, reader, stalled, peer, wake }
  }

  it(
    'for a minute keeps nobody waiting, and gets the rest over the same connection',
    inNetwork(async (network) => {
      const clock = new SimulatedClock()
      const { sharer, stalled, peer, wake } = await scene(network, [clock, clock])
      expect(stalled.downloaded).toBeLessThan(BLOCKS.length)
      for (let seconds = 0; seconds < 80; seconds += 20) {
        const { bytesDown } = peer
        await clock.advance(20_000)
        // It is alive, and says so.
        await until(() => peer.bytesDown > bytesDown)
      }
      wake()
      await stalled.done
      expect(sharer.swarm.peers).toContain(peer)
    })
  )

  it(
    'and is as good as gone for a minute is given up, and gets the rest when it is back',
    inNetwork(async (network) => {
      const [clock, readersClock] = [new SimulatedClock(), new SimulatedClock()]
      const { sharer, stalled, peer, wake } = await scene(network, [clock, readersClock])
      const ends: unknown[] = []
      sharer.swarm.on('peer-end', (gone, error) => {
        if (gone === peer) ends.push((error as ConnectionError | undefined)?.code)
      })
      await clock.advance(60_001)
      expect(ends).toEqual(['ERR_TIMEOUT'])
      expect(stalled.downloaded).toBeLessThan(BLOCKS.length)
      wake()
      const passing = setInterval(() => void readersClock.advance(1000), 5)
      await stalled.done
      clearInterval(passing)
    })
  )
})
