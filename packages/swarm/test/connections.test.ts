import { createCore } from '@anyfeed/core'
import { memoryDiscovery } from '@anyfeed/discovery-memory'
import type { Connection, ConnectionError, Transport } from '@anyfeed/interfaces'
import { memoryStorage } from '@anyfeed/storage-memory'
import { memoryTransport } from '@anyfeed/transport-memory'
import { describe, expect, it } from 'vitest'
import { addresses, hints } from './hints.ts'
import { ScriptedTransport } from './scripted-transport.ts'
import { settled } from './simulated-clock.ts'
import { fetchText, inWorld, type Peer, share, type World } from './test-swarm.ts'

const FEED = new Uint8Array(32).fill(7)

/** Two peers that know each other's address, and listen already. */
async function couple(world: World): Promise<[Peer, Peer]> {
  const a = world.peer({ discovery: [hints(['/memory/b'])], listen: ['/memory/a'] })
  const b = world.peer({ discovery: [hints(['/memory/a'])], listen: ['/memory/b'] })
  await Promise.all([a.swarm.open(), b.swarm.open()])
  return [a, b]
}

/** The same connection, over which nothing is heard until something is over. */
function heardAfter(over: Promise<void>, connection: Connection): Connection {
  const { sink, remoteAddress, remoteIdentity, channelBinding, closed } = connection
  return {
    source: (async function* () {
      await over
      yield* connection.source
    })(),
    sink,
    remoteAddress,
    remoteIdentity,
    channelBinding,
    closed,
    close: () => connection.close(),
    abort: (reason) => connection.abort(reason)
  }
}

describe('one connection for a pair of peers', () => {
  it('of two that dial each other at the same instant, a hundred times', async () => {
    for (let round = 0; round < 100; round++) {
      await inWorld(async (world) => {
        const [a, b] = await couple(world)
        const first = round % 2 === 0 ? [a, b] : [b, a]
        for (const { core } of first) core.get(FEED)
        await settled()
        await world.clock.advance(5000)
        expect([a.swarm.counters.outbound, b.swarm.counters.outbound]).toEqual([1, 1])
        expect([a.swarm.connections, b.swarm.connections]).toEqual([1, 1])
        expect([a.swarm.peers.length, b.swarm.peers.length]).toEqual([1, 1])
        // The very same one: dialled by the lower id.
        const lower = Buffer.compare(a.core.id, b.core.id) < 0 ? a : b
        for (const peer of [a, b]) expect(peer.swarm.peers[0]?.direction).toBe(peer === lower ? 'out' : 'in')
        await world.clock.advance(120_000)
        expect([a.swarm.counters.dials, b.swarm.counters.dials]).toEqual([1, 1])
      }, round)()
    }
  })

  it(
    'of two whose crossing dials end before both know both: the one that is left says who it is a moment later',
    inWorld(async (world) => {
      // As over two sockets, on which nothing keeps the order.
      let hear = () => {}
      const heard = new Promise<void>((resolve) => {
        hear = resolve
      })
      const transport = memoryTransport(world.hub)
      const slow: Transport = {
        name: transport.name,
        supports: transport.supports,
        handles: (address) => transport.handles(address),
        dial: async (address, options) => heardAfter(heard, await transport.dial(address, options)),
        listen: (address, options) => transport.listen(address, options),
        close: () => transport.close()
      }
      const a = world.peer({ transports: [slow], discovery: [hints(['/memory/b'])], listen: ['/memory/a'] })
      const b = world.peer({
        // The higher id: the connection that it dials is the one that is ended.
        core: createCore({ storage: memoryStorage(), clock: world.clock, id: new Uint8Array(32).fill(255) }),
        discovery: [hints(['/memory/a'])],
        listen: ['/memory/b']
      })
      const events: unknown[] = []
      a.swarm.on('peer', ({ direction }) => events.push(direction))
      a.swarm.on('peer-end', ({ direction }, error) => events.push(['end', direction, error]))
      await Promise.all([a.swarm.open(), b.swarm.open()])
      const blocks = Array.from({ length: 1000 }, (_, i) => `block ${i}`)
      const feed = a.core.get(await share(b.core, blocks))
      const { done } = feed.download()
      await settled()
      expect(events).toEqual(['in', ['end', 'in', undefined]])
      expect([a.swarm.peers.length, b.swarm.peers.length]).toEqual([0, 1])
      expect(feed.complete).toBe(false)
      hear()
      await done
      expect(events.slice(2)).toEqual(['out'])
      await world.clock.advance(120_000)
      expect([a.swarm.peers.length, b.swarm.peers.length]).toEqual([1, 1])
      expect([a.swarm.counters.dials, b.swarm.counters.dials]).toEqual([1, 1])
    })
  )

  it(
    'of a peer with several addresses, all of which lead to it',
    inWorld(async (world) => {
      const names = ['/memory/b1', '/memory/b2', '/memory/b3']
      const a = world.peer({ discovery: [hints(names)], listen: [] })
      const b = world.peer({ discovery: [], listen: names })
      const peers: string[] = []
      a.swarm.on('peer', ({ address }) => peers.push(address))
      a.swarm.on('peer-end', ({ address }) => peers.push(`end ${address}`))
      await b.swarm.open()
      a.core.get(FEED)
      await settled()
      expect([a.swarm.connections, b.swarm.connections]).toEqual([1, 1])
      expect(a.swarm.counters).toMatchObject({ dials: 3, duplicates: 2 })
      expect(peers).toHaveLength(1)
      expect(a.swarm.topics[0]?.discoveries).toEqual({ hints: { found: 3, connected: 3 } })
      b.swarm.peers[0]?.disconnect()
      await world.clock.advance(10_000)
      expect([a.swarm.connections, b.swarm.connections]).toEqual([1, 1])
    })
  )

  it(
    'notices that it has dialled itself, and does not try that again',
    inWorld(async (world) => {
      // Under a name that the listener does not know of itself, as behind a router.
      const transport = memoryTransport(world.hub)
      const renamed: Transport = {
        name: 'renamed',
        supports: transport.supports,
        handles: (address) => transport.handles(address) || address === '/renamed/a',
        dial: (address, options) => transport.dial(address.replace('renamed', 'memory'), options),
        listen: (address, options) => transport.listen(address, options),
        close: () => transport.close()
      }
      const a = world.peer({
        transports: [renamed],
        discovery: [hints(['/memory/a', '/renamed/a'])],
        listen: ['/memory/a']
      })
      const failed: unknown[] = []
      a.swarm.on('dial-failed', ({ address, error, retryMs }) =>
        failed.push([address, (error as { code?: string }).code, retryMs])
      )
      await a.swarm.open()
      a.core.get(FEED)
      await world.clock.advance(3_600_000)
      expect(failed).toEqual([['/renamed/a', 'ERR_CONNECTION_REFUSED', undefined]])
      expect(a.swarm.counters.dials).toBe(1)
      expect(a.swarm.peers).toEqual([])
      await expect(a.swarm.dial('/renamed/a')).rejects.toMatchObject({ code: 'ERR_CONNECTION_REFUSED' })
    })
  )
})

describe('lost peers', () => {
  it(
    'are dialled again, and what was missing comes then',
    inWorld(async (world) => {
      const a = world.peer({ listen: ['/memory/a'] })
      const b = world.peer({ listen: [] })
      const id = await share(a.core)
      await fetchText(b.core, id)
      await settled()
      const events: string[] = []
      b.swarm.on('peer', () => events.push('peer'))
      b.swarm.on('peer-end', (_peer, error) => events.push(`end ${(error as { code?: string } | undefined)?.code}`))
      for (let round = 0; round < 3; round++) {
        await world.clock.advance(20_000)
        a.swarm.peers[0]?.stream.destroy()
        await settled()
        expect(b.swarm.peers).toEqual([])
        await world.clock.advance(1000)
        expect(b.swarm.peers).toHaveLength(1)
      }
      expect(events).toEqual(Array(3).fill(['end ERR_CONNECTION_RESET', 'peer']).flat())
    })
  )

  it(
    'that hang up again and again are dialled ever more rarely',
    inWorld(async (world) => {
      const a = world.peer({ listen: ['/memory/a'] })
      const b = world.peer({ listen: [] })
      a.swarm.on('peer', (peer) => peer.disconnect())
      await fetchNothing(a, b)
      await world.clock.advance(600_000)
      expect(b.swarm.counters.dials).toBeGreaterThan(5)
      expect(b.swarm.counters.dials).toBeLessThan(20)
    })
  )

  it(
    'a peer that vanishes in mid-block, with three others left: the fetch goes on and completes',
    inWorld(async (world) => {
      const blocks = Array.from({ length: 400 }, (_, i) => `block ${i}`)
      const sharers = [1, 2, 3, 4].map(() => world.peer())
      const ids = await Promise.all(sharers.map(({ core }) => share(core, blocks)))
      const fetcher = world.peer({ listen: [] })
      const feed = fetcher.core.get(ids[0] as Uint8Array)
      let seen = 0
      feed.on('download', () => {
        if (++seen === 100) for (const peer of sharers[0]?.swarm.peers ?? []) peer.stream.destroy()
      })
      await feed.download().done
      expect(feed.complete).toBe(true)
    })
  )
})

describe('limits on connections', () => {
  it(
    'hold, in all and for those that others dialled',
    inWorld(async (world) => {
      const hub = world.peer({ maxConnections: 8, maxInbound: 4, listen: ['/memory/hub'] })
      const id = await share(hub.core)
      const others = Array.from({ length: 20 }, () => world.peer())
      let most = 0
      hub.swarm.on('peer', () => {
        most = Math.max(most, hub.swarm.connections)
      })
      const texts = others.map(({ core }) => fetchText(core, id))
      for (let second = 0; second < 60; second++) {
        await world.clock.advance(1000)
        expect(hub.swarm.connections).toBeLessThanOrEqual(8)
        expect(hub.swarm.peers.filter(({ direction }) => direction === 'in').length).toBeLessThanOrEqual(4)
      }
      expect(await Promise.all(texts)).toEqual(Array(20).fill(['hello', 'world']))
      expect(most).toBeGreaterThan(4)
      expect(hub.swarm.counters.refused).toBeGreaterThan(0)
    })
  )

  it(
    'a topic that has nobody gets a connection, though another topic has taken all that there are',
    inWorld(async (world) => {
      const b = world.peer({ maxConnections: 8, listen: [] })
      const first = Array.from({ length: 12 }, () => world.peer())
      const ids = await Promise.all(first.map(({ core }) => share(core, ['popular'])))
      expect(await fetchText(b.core, ids[0] as Uint8Array)).toEqual(['popular'])
      await settled()
      expect(b.swarm.peers).toHaveLength(6)
      for (let i = 0; i < 4; i++) {
        const rare = world.peer()
        const id = await share(rare.core, [`rare ${i}`])
        const text = fetchText(b.core, id)
        await world.clock.advance(30_000)
        expect(await text).toEqual([`rare ${i}`])
        expect(b.swarm.connections).toBeLessThanOrEqual(8)
      }
    })
  )

  it(
    'dials that hang keep nobody out, and are given up for those who came meanwhile',
    inWorld(async (world) => {
      const memory = memoryTransport(world.hub)
      let answer = () => {}
      const answered = new Promise<void>((resolve) => {
        answer = resolve
      })
      const slow = new ScriptedTransport(
        () => world.clock.now(),
        async () => {
          await answered
          return await memory.dial('/memory/c')
        }
      )
      const c = world.peer({ listen: ['/memory/c'], discovery: [] })
      const a = world.peer({
        transports: [memoryTransport(world.hub), slow],
        discovery: [hints(addresses(3))],
        listen: ['/memory/a'],
        maxConnections: 3,
        maxInbound: 3
      })
      a.core.get(FEED)
      await Promise.all([a.swarm.open(), c.swarm.open()])
      await settled()
      expect(a.swarm.pendingDials).toBe(3)
      for (let i = 0; i < 3; i++) await world.peer({ listen: [], discovery: [] }).swarm.dial('/memory/a')
      await settled()
      expect(a.swarm.peers).toHaveLength(3)
      const failed: string[] = []
      a.swarm.on('dial-failed', ({ error }) => failed.push((error as ConnectionError).code))
      answer()
      await settled()
      expect(failed).toEqual(Array(3).fill('ERR_CONNECTION_ABORTED'))
      expect(a.swarm.connections).toBe(3)
      expect(a.swarm.peers.every(({ direction }) => direction === 'in')).toBe(true)
      await memory.close()
    })
  )

  it(
    'connections that say nothing are given up, and free their place',
    inWorld(async (world) => {
      const a = world.peer({ maxConnections: 8, maxInbound: 3, listen: ['/memory/a'] })
      await a.swarm.open()
      const transport = memoryTransport(world.hub)
      const silent: Connection[] = []
      for (let i = 0; i < 3; i++) silent.push(await transport.dial('/memory/a'))
      expect(a.swarm.connections).toBe(3)
      const b = world.peer({ listen: [], discovery: [] })
      await expect(b.swarm.dial('/memory/a')).rejects.toMatchObject({ code: 'ERR_CONNECTION_RESET' })
      await world.clock.advance(10_000)
      expect(a.swarm.connections).toBe(0)
      expect((await b.swarm.dial('/memory/a')).id).toEqual(a.core.id)
      await transport.close()
    })
  )

  it(
    'peers that share nothing make room for others when there is none',
    inWorld(async (world) => {
      const a = world.peer({ maxConnections: 8, maxInbound: 3, listen: ['/memory/a'] })
      const id = await share(a.core)
      for (let i = 0; i < 3; i++) await world.peer({ listen: [], discovery: [] }).swarm.dial('/memory/a')
      await world.clock.advance(10_000)
      const b = world.peer({ listen: [] })
      const text = fetchText(b.core, id)
      await world.clock.advance(20_000)
      expect(await text).toEqual(['hello', 'world'])
    })
  )
})

describe('many', () => {
  it(
    'a hundred peers join one topic, and all get the feed',
    inWorld(async (world) => {
      const sharer = world.peer()
      const blocks = Array.from({ length: 20 }, (_, i) => `block ${i}`)
      const id = await share(sharer.core, blocks)
      const others = Array.from({ length: 100 }, () => world.peer())
      const texts = Promise.all(others.map(({ core }) => fetchText(core, id)))
      let done = false
      void texts.then(() => {
        done = true
      })
      for (let second = 0; second < 120 && !done; second++) await world.clock.advance(1000)
      expect(await texts).toEqual(Array(100).fill(blocks))
      for (const { swarm } of world.peers) {
        expect(swarm.connections).toBeLessThanOrEqual(128)
        expect(new Set(swarm.peers.map(({ id }) => Buffer.from(id).toString('hex'))).size).toBe(swarm.peers.length)
      }
    })
  )
})

describe('close', () => {
  it(
    'leaves no timer, no listener, no connection and no announcement; again is harmless',
    inWorld(async (world) => {
      const [a, b] = [world.peer({ listen: ['/memory/a', '/memory/b'] }), world.peer()]
      const id = await share(a.core)
      await fetchText(b.core, id)
      b.swarm.dial('/memory/nobody', { keep: true }).catch(() => {})
      await settled()
      await Promise.all([a.swarm.close(), a.swarm.close(), b.swarm.close()])
      await a.swarm.close()
      expect(world.clock.timers).toBe(0)
      expect(world.rendezvous.topics).toBe(0)
      expect([a.swarm.peers, b.swarm.connections, a.swarm.addresses]).toEqual([[], 0, []])
      await expect(memoryTransport(world.hub).dial('/memory/a')).rejects.toMatchObject({
        code: 'ERR_CONNECTION_REFUSED'
      })
      expect(a.core.listenerCount('interested')).toBe(0)
      a.core.get(FEED)
      expect(a.swarm.topics).toEqual([])
    })
  )

  it(
    'of the core before the swarm does no harm',
    inWorld(async (world) => {
      const [a, b] = [world.peer(), world.peer()]
      const id = await share(a.core)
      await fetchText(b.core, id)
      await b.core.close()
      await world.clock.advance(30_000)
      expect(b.swarm.peers).toEqual([])
      await b.swarm.close()
    })
  )

  it('of a listener that cannot be opened: a warning, and the rest goes on', async () => {
    await inWorld(async (world) => {
      world.peer({ listen: ['/memory/taken'] })
      await settled()
      const a = world.peer({ listen: ['/memory/taken', '/carrier/pigeon', '/memory/free'] })
      const warnings: unknown[] = []
      a.swarm.on('warning', ({ during, part, error }) => warnings.push([during, part, error.name]))
      await expect(a.swarm.open()).rejects.toMatchObject({ code: 'ERR_ADDRESS_IN_USE' })
      expect(a.swarm.addresses).toEqual(['/memory/free'])
      expect(warnings.sort()).toEqual([
        ['listen', '/carrier/pigeon', 'TypeError'],
        ['listen', '/memory/taken', 'ConnectionError']
      ])
      const b = world.peer()
      const id = await share(a.core)
      expect(await fetchText(b.core, id)).toEqual(['hello', 'world'])
    })()
  })

  it('works with the platform’s own clock and randomness', async () => {
    await inWorld(async (world) => {
      const core = createCore({ storage: memoryStorage() })
      const discovery = [memoryDiscovery(world.rendezvous)]
      const { createSwarm } = await import('@anyfeed/swarm')
      const swarm = createSwarm({ core, transports: [memoryTransport(world.hub)], discovery })
      const a = world.peer()
      const id = await share(a.core)
      expect(await fetchText(core, id)).toEqual(['hello', 'world'])
      await swarm.close()
      await core.close()
    })()
  })
})

/** Both use a feed that nobody has. */
async function fetchNothing(a: Peer, b: Peer): Promise<void> {
  for (const { core } of [a, b]) core.get(FEED)
  await settled()
}
