import { type Core, createCore } from '@anyfeed/core'
import { createMemoryRendezvous, type MemoryRendezvous, memoryDiscovery } from '@anyfeed/discovery-memory'
import { memoryStorage } from '@anyfeed/storage-memory'
import { createSwarm, type Swarm, type SwarmOptions } from '@anyfeed/swarm'
import { createMemoryHub, memoryTransport } from '@anyfeed/transport-memory'
import { tcpTransport } from '@anyfeed/transport-tcp'
import { describe, expect, it } from 'vitest'

interface Peer {
  readonly core: Core
  readonly swarm: Swarm
}

const LOOPBACK = '/ip4/127.0.0.1/tcp/0'

/** Runs a test with as many peers as it makes, on real sockets and the real clock, and closes them whatever happens. */
async function withPeers(test: (peer: (options?: Partial<SwarmOptions>) => Peer) => Promise<void>): Promise<void> {
  const rendezvous: MemoryRendezvous = createMemoryRendezvous()
  const peers: Peer[] = []
  try {
    await test((options = {}) => {
      const core = createCore({ storage: memoryStorage() })
      const discovery = [memoryDiscovery(rendezvous)]
      const swarm = createSwarm({ core, transports: [tcpTransport()], discovery, listen: [LOOPBACK], ...options })
      peers.push({ core, swarm })
      return { core, swarm }
    })
  } finally {
    await Promise.all(peers.map(({ swarm }) => swarm.close()))
    await Promise.all(peers.map(({ core }) => core.close()))
  }
}

async function share(core: Core, blocks: readonly string[]): Promise<Uint8Array> {
  const feed = core.add()
  await feed.append(blocks)
  return (await feed.finalize()) as Uint8Array
}

async function fetchText(core: Core, id: Uint8Array): Promise<string[]> {
  const texts: string[] = []
  for await (const block of core.get(id).read({ timeout: 30_000 })) texts.push(new TextDecoder().decode(block))
  return texts
}

/** Resolves as soon as `holds` does, looking again in each turn of the event loop. */
function until(holds: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = () => setImmediate(() => (holds() ? resolve() : look()))
    look()
  })
}

/** What this process has open that a swarm could have left there. Not timers: the runner has some of its own. */
function open(): string {
  const kinds = /TCP|TLS|JSStream|GetAddrInfo|Shutdown|Write/
  return process
    .getActiveResourcesInfo()
    .filter((kind) => kinds.test(kind))
    .sort()
    .join()
}

describe('a swarm over TCP', () => {
  it('a peer finds another and trades with it', () =>
    withPeers(async (peer) => {
      const [a, b] = [peer(), peer({ listen: [] })]
      const id = await share(a.core, ['hello', 'world'])
      expect(await fetchText(b.core, id)).toEqual(['hello', 'world'])
      const [met] = b.swarm.peers
      expect(met).toMatchObject({ transport: 'tcp', id: a.core.id })
      expect(met?.bytesDown).toBeGreaterThan(100)
      expect(met?.roundTripTime).toBeGreaterThanOrEqual(0)
    }))

  it('of two peers that dial each other at the same instant, a hundred times, one connection is left at both', async () => {
    const feed = new Uint8Array(32).fill(7)
    for (let round = 0; round < 100; round++) {
      await withPeers(async (peer) => {
        const [a, b] = [peer({ discovery: [] }), peer({ discovery: [] })]
        await Promise.all([a.swarm.open(), b.swarm.open()])
        for (const { core } of [a, b]) core.get(feed)
        const dials = [a.swarm.dial(b.swarm.addresses[0] as string), b.swarm.dial(a.swarm.addresses[0] as string)]
        await Promise.all(dials)
        const swarms = [a.swarm, b.swarm]
        await until(() => swarms.every(({ connections }) => connections === 1))
        expect(swarms.map(({ peers }) => peers.length)).toEqual([1, 1])
        expect(swarms.map(({ peers }) => peers[0]?.direction).sort()).toEqual(['in', 'out'])
      })
    }
  })

  it('addresses where nobody listens, and one where nobody speaks, do not keep it from the one that is good', () =>
    withPeers(async (peer) => {
      const silent = tcpTransport()
      const listener = await silent.listen(LOOPBACK, { onConnection() {} })
      const gone = await tcpTransport().listen(LOOPBACK, { onConnection() {} })
      await gone.close()
      const bad = {
        name: 'stale',
        supports: { addresses: 'any', continuous: false, forgetsAfter: 0 } as const,
        announce: async () => {},
        async *lookup() {
          for (const address of [...listener.addresses, ...gone.addresses]) yield { address, source: 'stale' }
        },
        close: async () => {}
      }
      const rendezvous = createMemoryRendezvous()
      const a = peer({ discovery: [memoryDiscovery(rendezvous)] })
      const b = peer({ discovery: [bad, memoryDiscovery(rendezvous)], listen: [] })
      const id = await share(a.core, ['good'])
      expect(await fetchText(b.core, id)).toEqual(['good'])
      expect(b.swarm.topics[0]?.discoveries).toEqual({
        stale: { found: 2, connected: 0 },
        memory: { found: 1, connected: 1 }
      })
      await silent.close()
    }))

  it('one node serves a feed on memory and TCP at once: a bridge', () =>
    withPeers(async (peer) => {
      const hub = createMemoryHub()
      const author = peer({ transports: [memoryTransport(hub)], listen: ['/memory/author'] })
      const bridge = peer({ transports: [memoryTransport(hub), tcpTransport()], listen: ['/memory/bridge', LOOPBACK] })
      const far = peer({ listen: [] })
      const near = peer({ transports: [memoryTransport(hub)], listen: [] })
      const id = await share(author.core, ['over', 'the', 'bridge'])
      expect(await fetchText(bridge.core, id)).toEqual(['over', 'the', 'bridge'])
      expect(await fetchText(far.core, id)).toEqual(['over', 'the', 'bridge'])
      expect(await fetchText(near.core, id)).toEqual(['over', 'the', 'bridge'])
      expect(far.swarm.peers.map(({ id, transport }) => [id, transport])).toEqual([[bridge.core.id, 'tcp']])
      expect(new Set(bridge.swarm.peers.map(({ transport }) => transport))).toEqual(new Set(['memory', 'tcp']))
    }))

  it('close leaves nothing open: not after trading, not in mid-transfer, not while dialing', async () => {
    const before = open()
    await withPeers(async (peer) => {
      const [a, b, c] = [peer(), peer(), peer({ listen: [] })]
      const big = 'x'.repeat(1 << 20)
      const id = await share(
        a.core,
        Array.from({ length: 16 }, (_, i) => `${i}${big}`)
      )
      await b.core.get(id).get(3)
      const download = c.core.get(id).download()
      download.done.catch(() => {})
      const dialled = c.swarm
        .dial('/ip4/192.0.2.1/tcp/9', { keep: true })
        .catch((error: { code: string }) => error.code)
      await until(() => c.swarm.pendingDials > 0 || c.swarm.counters.failedDials > 0)
      await Promise.all([a.swarm.close(), b.swarm.close(), c.swarm.close()])
      expect(await dialled).toBe('ERR_CLOSED')
      expect(open()).toBe(before)
    })
    expect(open()).toBe(before)
  })
})
