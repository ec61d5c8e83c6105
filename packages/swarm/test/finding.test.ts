import { createMemoryRendezvous, memoryDiscovery } from '@anyfeed/discovery-memory'
import type { Discovery } from '@anyfeed/interfaces'
import { describe, expect, it } from 'vitest'
import { settled } from './simulated-clock.ts'
import { fetchText, inWorld, share } from './test-swarm.ts'

describe('finding peers', () => {
  it(
    'two peers find each other and trade',
    inWorld(async (world) => {
      const a = world.peer()
      const b = world.peer()
      const id = await share(a.core)
      expect(await fetchText(b.core, id)).toEqual(['hello', 'world'])
      await settled()
      const [peer] = b.swarm.peers
      expect(b.swarm.peers).toHaveLength(1)
      expect(a.swarm.peers).toHaveLength(1)
      expect(peer).toMatchObject({ id: a.core.id, transport: 'memory', version: 1, identity: undefined })
      expect(peer?.discoveries).toEqual(['memory'])
      expect(peer?.bytesDown).toBeGreaterThan(100)
      expect(peer?.bytesUp).toBeGreaterThan(50)
      expect(peer?.roundTripTime).toBe(0)
      expect(peer?.sharedFeeds).toBe(1)
      expect(b.swarm.topics[0]).toMatchObject({ feed: id, discoveries: { memory: { found: 1, connected: 1 } } })
    })
  )

  it(
    'takes in what is in use at the start, and leaves when it is not any more',
    inWorld(async (world) => {
      const a = world.peer({ listen: [] })
      const id = await share(a.core)
      expect(a.swarm.topics).toHaveLength(1)
      expect(world.rendezvous.topics).toBe(1)
      await a.core.get(id).close()
      for (const feed of [a.core.get(id), a.core.get(id)]) await feed.close()
      await a.core.delete(id)
      expect(a.swarm.topics).toEqual([])
      await settled()
      expect(world.rendezvous.topics).toBe(0)
    })
  )

  it(
    'announces the addresses that are added later',
    inWorld(async (world) => {
      const a = world.peer({ listen: [] })
      const b = world.peer({ listen: [] })
      const id = await share(a.core)
      const text = fetchText(b.core, id)
      await settled()
      expect(b.swarm.peers).toEqual([])
      const listener = await a.swarm.listen('/memory/late')
      expect(await text).toEqual(['hello', 'world'])
      expect(a.swarm.addresses).toEqual(['/memory/late'])
      await listener.close()
      expect(a.swarm.addresses).toEqual([])
    })
  )

  it(
    'one discovery that breaks and one that hangs hold nobody up, and it is known who found whom',
    inWorld(async (world) => {
      const broken: Discovery = {
        name: 'broken',
        supports: { addresses: 'any', continuous: true },
        announce() {
          throw new Error('broken')
        },
        lookup() {
          throw new Error('broken')
        },
        close: () => Promise.reject(new Error('broken'))
      }
      const never = new Promise<never>(() => {})
      const hanging: Discovery = {
        name: 'hanging',
        supports: { addresses: 'any', continuous: true },
        announce: () => never,
        lookup: () => ({ [Symbol.asyncIterator]: () => ({ next: () => never, return: () => never }) }),
        close: () => never
      }
      const discovery = () => [broken, hanging, memoryDiscovery(world.rendezvous)]
      const a = world.peer({ discovery: discovery() })
      const b = world.peer({ discovery: discovery() })
      const warnings: string[] = []
      b.swarm.on('warning', ({ during, part }) => warnings.push(`${during} ${part}`))
      const id = await share(a.core)
      expect(await fetchText(b.core, id)).toEqual(['hello', 'world'])
      await settled()
      expect(b.swarm.topics[0]?.discoveries).toEqual({ memory: { found: 1, connected: 1 } })
      await world.clock.advance(600_000)
      // Each told once, however often it was tried.
      expect(warnings.sort()).toEqual(['announce broken', 'lookup broken'])

      const closed = Promise.all([a.swarm.close(), b.swarm.close()])
      await world.clock.advance(60_000)
      await closed
      expect(warnings).toEqual(expect.arrayContaining(['close broken', 'close hanging', 'announce hanging']))
    })
  )

  it(
    'remembers each of several discoveries that found the same peer',
    inWorld(async (world) => {
      const other = createMemoryRendezvous()
      const second = () => Object.assign(memoryDiscovery(other), { name: 'second' })
      const a = world.peer({ discovery: [memoryDiscovery(world.rendezvous), second()] })
      const b = world.peer({ discovery: [memoryDiscovery(world.rendezvous), second()] })
      const found: string[] = []
      b.swarm.on('found', (_feed, _address, discovery) => found.push(discovery))
      const id = await share(a.core)
      await fetchText(b.core, id)
      await settled()
      expect(found.sort()).toEqual(['memory', 'second'])
      expect(b.swarm.peers[0]?.discoveries.sort()).toEqual(['memory', 'second'])
      expect(b.swarm.topics[0]?.discoveries).toEqual({
        memory: { found: 1, connected: 1 },
        second: { found: 1, connected: 1 }
      })
    })
  )
})
