import { expect, it } from 'vitest'
import { inNetwork } from './network.ts'
import { PeerProcess } from './peer-process.ts'

const BLOCKS = 256
const BYTES = 65_536
/** What goes with a block: its frame and its proof. */
const MOST_OVERHEAD = 700

it(
  'of eight processes the sharer is killed in mid-transfer: the fetch completes from two other holders, and nothing is fetched twice but what was in flight',
  inNetwork(async (network) => {
    const start = (bootstrap: readonly string[], serves = true) => {
      const peer = new PeerProcess({ bootstrap, serves })
      network.onClose(() => peer.end())
      return peer
    }
    const bootstrap = start([])
    const { addresses } = await bootstrap.hear('addresses')
    // The fetcher is one as `anyfeed get` is: it dials, and is not dialled. Where two peers dial each other, one of both
    // connections gives way, and what was in flight over it is asked for again.
    const others = Array.from({ length: 7 }, (_, i) => start(addresses, i !== 3))
    const [sharer, one, two, fetcher] = others as [PeerProcess, PeerProcess, PeerProcess, PeerProcess]
    await Promise.all(others.map((peer) => peer.hear('peer')))
    sharer.tell({ share: { blocks: BLOCKS, bytes: BYTES } })
    const { shared } = await sharer.hear('shared')
    for (const holder of [one, two]) holder.tell({ fetch: shared })
    await Promise.all([one, two].map((holder) => holder.hear('fetched')))

    // Together the two have less to give than all of it, so the fetcher takes from the sharer until that dies.
    for (const holder of [one, two]) holder.tell({ serve: { thenRest: 80 } })
    sharer.tell({ serve: { thenDie: 50 } })
    await Promise.all([sharer, one, two].map((peer) => peer.hear('ready')))
    fetcher.tell({ fetch: shared })
    expect(await sharer.gone).toBe('SIGKILL')
    for (const holder of [one, two]) holder.tell({ resume: true })
    const { fetched, damaged } = await fetcher.hear('fetched')
    expect(damaged).toBe(0)
    expect(fetched.toSorted((a, b) => a - b)).toEqual(Array.from({ length: BLOCKS }, (_, i) => i))

    for (const holder of [one, two]) holder.tell({ count: true })
    const counts = await Promise.all([one, two].map((holder) => holder.hear('sent')))
    const sent = counts.flatMap((count) => count.sent)
    // No survivor sent what was sent before, but for the first block: the first peer is asked for it along with the Join,
    // and so is one that joins before that peer has.
    const twice = sent.filter((block, i) => sent.indexOf(block) !== i)
    expect([[], [0]]).toContainEqual(twice)
    // And of what they sent, nothing had come from the sharer, but for the one block in whose midst it died.
    const fromSharer = fetched.filter((block) => !sent.includes(block)).length
    const { peer: sharerId } = await sharer.hear('peer')
    const { bytesDown } = await fetcher.hear('lost', ({ lost }) => lost === sharerId)
    expect(fromSharer).toBeLessThanOrEqual(50)
    expect(bytesDown).toBeLessThan((fromSharer + 1) * (BYTES + MOST_OVERHEAD) + MOST_OVERHEAD)
  })
)
