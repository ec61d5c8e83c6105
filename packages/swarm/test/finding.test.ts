import { createMemoryRendezvous, memoryDiscovery } from '@anyfeed/discovery-memory'
import type { Discovery, DiscoveryOptions, Listener, ListenOptions, Transport } from '@anyfeed/interfaces'
import { memoryTransport } from '@anyfeed/transport-memory'
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
    'announces what a listener is reached by now instead of what it was, and nothing anew that has not changed',
    inWorld(async (world) => {
      let addresses = ['/memory/here']
      let change = () => {}
      const memory = memoryTransport(world.hub)
      const roaming: Transport = Object.assign(Object.create(memory), {
        handles: (address: string) => memory.handles(address),
        close: () => memory.close(),
        async listen(address: string, options: ListenOptions): Promise<Listener> {
          const { closed, close } = await memory.listen(address, options)
          change = options.onAddresses ?? change
          return Object.defineProperty({ closed, close } as Listener, 'addresses', { get: () => addresses })
        }
      })
      const announced: string[] = []
      const discovery = memoryDiscovery(world.rendezvous)
      const announce = discovery.announce.bind(discovery)
      discovery.announce = (topic, addresses, options) => {
        announced.push(String(addresses))
        return announce(topic, addresses, options)
      }
      const a = world.peer({ transports: [roaming], discovery: [discovery], listen: ['/memory/there'] })
      const b = world.peer({ listen: [] })
      const listening: string[] = []
      a.swarm.on('listening', (addresses) => listening.push(String(addresses)))
      const id = await share(a.core)
      const text = fetchText(b.core, id)
      await settled()
      expect(b.swarm.peers).toEqual([])
      change()
      addresses = ['/memory/there']
      change()
      expect(await text).toEqual(['hello', 'world'])
      expect(b.swarm.peers[0]?.address).toBe('/memory/there')
      expect(announced).toEqual(['/memory/here', '/memory/there'])
      expect(listening).toEqual(['/memory/here', '/memory/here', '/memory/there'])
    })
  )

  it(
    'one discovery that breaks and one that hangs hold nobody up, and it is known who found whom',
    inWorld(async (world) => {
      const broken: Discovery = {
        name: 'broken',
        supports: { addresses: 'any', continuous: true, forgetsAfter: 0 },
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
        supports: { addresses: 'any', continuous: true, forgetsAfter: 0 },
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

  it(
    'tells the id of a feed to those discoveries alone that want it',
    inWorld(async (world) => {
      const told = new Map<string, DiscoveryOptions[]>()
      const spy = (name: string, wantsId?: boolean): Discovery => {
        const discovery = Object.assign(memoryDiscovery(world.rendezvous), { name })
        const seen: DiscoveryOptions[] = []
        told.set(name, seen)
        const { announce, lookup } = Object.getPrototypeOf(discovery)
        return Object.assign(discovery, {
          supports: { ...discovery.supports, ...(wantsId !== undefined && { wantsId }) },
          announce(...args: Parameters<Discovery['announce']>) {
            seen.push(args[2])
            return announce.apply(discovery, args)
          },
          lookup(...args: Parameters<Discovery['lookup']>) {
            seen.push(args[1])
            return lookup.apply(discovery, args)
          }
        })
      }
      const a = world.peer({ discovery: [spy('curious', true), spy('modest', false), spy('silent')] })
      const id = await share(a.core)
      await settled()
      expect(told.get('curious')?.map((options) => options.id)).toEqual([id, id])
      for (const name of ['modest', 'silent']) {
        expect(told.get(name)?.map((options) => Object.keys(options))).toEqual([['signal'], ['signal']])
      }
    })
  )
})
