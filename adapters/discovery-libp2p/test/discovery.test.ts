import { byteStream } from '@libp2p/utils'
import { describe, expect, it } from 'vitest'
import { contentId } from '../src/content-id.ts'
import { ADDRESSES_PROTOCOL, libp2pDiscovery } from '../src/index.ts'
import { Reach } from '../src/reach.ts'
import { find, freshTopic, type Member, withNetwork } from './network.ts'

const never = new AbortController().signal

/** What a lookup finds in so many rounds of the content routing. */
async function findFor({ node, discovery }: Member, topic: Uint8Array, rounds: number): Promise<string[]> {
  const stop = new AbortController()
  const { contentRouting } = node
  const original = contentRouting.findProviders.bind(contentRouting)
  let left = rounds
  contentRouting.findProviders = async function* (...args) {
    if (left-- === 0) stop.abort()
    yield* original(...args)
  }
  const addresses: string[] = []
  for await (const { address } of discovery.lookup(topic, { signal: stop.signal })) addresses.push(address)
  contentRouting.findProviders = original
  return addresses
}

describe('libp2p discovery', () => {
  it('in a private DHT of 10 nodes any announces and any other finds', () =>
    withNetwork(async ({ join }) => {
      const members: Member[] = []
      for (let index = 0; index < 10; index++) members.push(await join())
      const topics = members.map(freshTopic)
      members.forEach(({ discovery, node }, index) => {
        discovery.announce(topics[index] as Uint8Array, [`/p2p/${node.peerId}`], { signal: never }).catch(() => {})
      })
      await Promise.all(
        members.map(async ({ discovery }, index) => {
          const other = (index + 3) % members.length
          expect(await find(discovery, topics[other] as Uint8Array, 1)).toEqual([`/p2p/${members[other]?.node.peerId}`])
        })
      )
    }))

  it('carries addresses of every transport, byte for byte, and says where they come from', () =>
    withNetwork(async ({ join }) => {
      const [here, there] = [await join(), await join()]
      const topic = freshTopic()
      const addresses = ['/ip4/192.0.2.1/tcp/4000', '/memory/ä€😀', '\ufeffx', 'x'.repeat(512)]
      here.discovery.announce(topic, addresses, { signal: never })
      expect(await find(there.discovery, topic, 4)).toEqual(addresses)
      const stop = new AbortController()
      for await (const discovered of there.discovery.lookup(topic, { signal: stop.signal })) {
        expect(discovered.source).toBe('libp2p')
        stop.abort()
      }
      expect(there.discovery.supports).toEqual({ addresses: 'any', continuous: true, forgetsAfter: 0 })
    }))

  it('a lone first node tells the first who comes', () =>
    withNetwork(async ({ join }) => {
      const topic = freshTopic()
      const first = await join()
      first.discovery.announce(topic, ['/memory/first'], { signal: never })
      const second = await join()
      expect(await find(second.discovery, topic, 1)).toEqual(['/memory/first'])
    }))

  it('who comes later, and knows the newcomer alone, finds what a lone first node announced', () =>
    withNetwork(async ({ join }) => {
      const topic = freshTopic()
      const first = await join()
      first.discovery.announce(topic, ['/memory/first'], { signal: never })
      const third = await join({ through: await join() })
      expect(await find(third.discovery, topic, 1)).toEqual(['/memory/first'])
    }))

  it('goes on when the bootstrap node has gone away', () =>
    withNetwork(async ({ join }) => {
      const topic = freshTopic()
      const [bootstrap, here, there] = [await join(), await join(), await join()]
      here.discovery.announce(topic, ['/memory/here'], { signal: never })
      expect(await find(there.discovery, topic, 1)).toEqual(['/memory/here'])
      await bootstrap.discovery.close()
      await bootstrap.node.stop()
      const later = freshTopic()
      here.discovery.announce(later, ['/memory/later'], { signal: never })
      expect(await find(there.discovery, later, 1)).toEqual(['/memory/later'])
    }))

  it('a lookup that began first finds who announces later, and each address once', () =>
    withNetwork(async ({ join }) => {
      const topic = freshTopic()
      const [asking, one, two] = [await join(), await join(), await join()]
      const found: string[] = []
      const stop = new AbortController()
      one.discovery.announce(topic, ['/memory/one', '/memory/both'], { signal: never })
      for await (const { address } of asking.discovery.lookup(topic, { signal: stop.signal })) {
        found.push(address)
        if (found.length === 2) two.discovery.announce(topic, ['/memory/two', '/memory/both'], { signal: never })
        if (found.length === 3) stop.abort()
      }
      expect(found).toEqual(['/memory/one', '/memory/both', '/memory/two'])
    }))

  it('what was withdrawn is not found any more, and what is announced twice stays until both are', () =>
    withNetwork(async ({ join }) => {
      const topic = freshTopic()
      const [here, there] = [await join(), await join()]
      const stops = [new AbortController(), new AbortController()] as const
      const announced = stops.map(({ signal }) => here.discovery.announce(topic, ['/memory/a'], { signal }))
      expect(await find(there.discovery, topic, 1)).toEqual(['/memory/a'])
      stops[0].abort()
      await announced[0]
      expect(await find(there.discovery, topic, 1)).toEqual(['/memory/a'])
      stops[1].abort()
      await announced[1]
      expect(await findFor(there, topic, 3)).toEqual([])
    }))

  it('a provider that is gone is passed over', () =>
    withNetwork(async ({ join }) => {
      const topic = freshTopic()
      const [asking, gone, here] = [await join(), await join(), await join()]
      gone.discovery.announce(topic, ['/memory/gone'], { signal: never })
      expect(await find(asking.discovery, topic, 1)).toEqual(['/memory/gone'])
      await gone.discovery.close()
      await gone.node.stop()
      here.discovery.announce(topic, ['/memory/here'], { signal: never })
      expect(await find(asking.discovery, topic, 1)).toEqual(['/memory/here'])
    }))

  it('providers that do not answer, or talk nonsense, are passed over', () =>
    withNetwork(async ({ join }) => {
      const topic = freshTopic()
      const asking = await join()
      const answers = [
        Uint8Array.of(),
        Uint8Array.of(65),
        Uint8Array.of(1, 255, 255),
        Uint8Array.of(1, 0, 1, 255),
        Uint8Array.of(2, 0, 1, 120)
      ]
      for (const answer of answers) {
        const { node } = await join()
        await node.handle(ADDRESSES_PROTOCOL, async (stream) => {
          await byteStream(stream).read({ bytes: 32 })
          // The first says nothing and keeps the stream open.
          if (answer.length === 0) return
          stream.send(answer)
          await stream.close()
        })
        await node.contentRouting.provide(contentId(topic), { signal: AbortSignal.timeout(10_000) })
      }
      const honest = await join()
      honest.discovery.announce(topic, ['/memory/honest'], { signal: never })
      expect(await find(asking.discovery, topic, 1)).toEqual(['/memory/honest'])
    }))

  it('ends when the signal fires, before, while it waits and while nobody is there', () =>
    withNetwork(async ({ join }) => {
      const { discovery } = await join()
      const stop = new AbortController()
      const announced = discovery.announce(freshTopic(), [], { signal: stop.signal })
      const next = discovery.lookup(freshTopic(), { signal: stop.signal })[Symbol.asyncIterator]().next()
      stop.abort()
      await announced
      expect(await next).toEqual({ done: true, value: undefined })
      await discovery.announce(freshTopic(), [], { signal: stop.signal })
      for await (const _ of discovery.lookup(freshTopic(), { signal: stop.signal })) throw new Error('found')
    }))

  it('close withdraws everything, ends lookups and leaves the node running', () =>
    withNetwork(async ({ join }) => {
      const topic = freshTopic()
      const [here, there] = [await join(), await join()]
      const announced = here.discovery.announce(topic, ['/memory/a'], { signal: never })
      expect(await find(there.discovery, topic, 1)).toEqual(['/memory/a'])
      const next = here.discovery.lookup(freshTopic(), { signal: never })[Symbol.asyncIterator]().next()
      await Promise.all([here.discovery.close(), here.discovery.close()])
      await announced
      expect((await next).done).toBe(true)
      expect(here.node.status).toBe('started')
      expect(here.node.getProtocols()).not.toContain(ADDRESSES_PROTOCOL)
      expect(await findFor(there, topic, 2)).toEqual([])
      await expect(here.discovery.announce(topic, [], { signal: never })).rejects.toMatchObject({ code: 'ERR_CLOSED' })
    }))

  it('renews what is announced, and stops doing so', () =>
    withNetwork(async ({ join }) => {
      const here = await join({ discovery: { renewInterval: 20 } })
      await join()
      let provided = 0
      const { contentRouting } = here.node
      const enough = new Promise<void>((resolve) => {
        contentRouting.provide = async () => {
          if (++provided === 5) resolve()
        }
      })
      const stop = new AbortController()
      const announced = here.discovery.announce(freshTopic(), [], { signal: stop.signal })
      await enough
      stop.abort()
      await announced
      expect(provided).toBe(5)
    }))

  it.each([
    [
      'failed',
      () => {
        throw new Error('not now')
      }
    ],
    [
      'reached nobody, of which kad-dht makes no error',
      (onProgress: (event: CustomEvent) => void) => {
        const messages = [
          ['peer-response', { messageName: 'FIND_NODE' }],
          ['send-query', { messageName: 'ADD_PROVIDER' }],
          ['query-error', { error: new Error('no answer') }]
        ] as const
        for (const [name, detail] of messages) onProgress(new CustomEvent(`kad-dht:query:${name}`, { detail }))
      }
    ]
  ])('tries again what %s', (_, first) =>
    withNetwork(async ({ join }) => {
      const here = await join()
      const there = await join()
      const topic = freshTopic()
      const { contentRouting } = here.node
      const provide = contentRouting.provide.bind(contentRouting)
      contentRouting.provide = async (_, options) => {
        contentRouting.provide = provide
        first(options?.onProgress as (event: CustomEvent) => void)
      }
      here.discovery.announce(topic, ['/memory/a'], { signal: never })
      expect(await find(there.discovery, topic, 1)).toEqual(['/memory/a'])
    })
  )

  it('hears from kad-dht who keeps a record', () =>
    withNetwork(async ({ join }) => {
      const here = await join()
      const there = await join()
      const topic = freshTopic()
      here.discovery.announce(topic, ['/memory/a'], { signal: never })
      await find(there.discovery, topic, 1)
      const reach = new Reach()
      await here.node.contentRouting.provide(contentId(topic), { onProgress: reach.onProgress })
      expect(reach.kept).toBe(1)
      expect(reach.none).toBe(false)
    }))

  it('refuses misuse', () =>
    withNetwork(async ({ join }) => {
      const { discovery, node } = await join()
      const options = { signal: never }
      for (const topic of [new Uint8Array(31), new Uint8Array(33), 'topic' as never]) {
        await expect(discovery.announce(topic, [], options)).rejects.toThrow(RangeError)
        await expect(find(discovery, topic, 1)).rejects.toThrow(RangeError)
      }
      for (const addresses of [[''], ['x'.repeat(513)], Array.from({ length: 65 }, (_, index) => `${index}`)]) {
        await expect(discovery.announce(freshTopic(), addresses, options)).rejects.toThrow(RangeError)
      }
      for (const address of ['\ud800', 7 as never]) {
        await expect(discovery.announce(freshTopic(), [address], options)).rejects.toThrow(TypeError)
      }
      expect(() => libp2pDiscovery(node, { renewInterval: 0 })).toThrow(RangeError)
      const second = libp2pDiscovery(node)
      const stop = new AbortController()
      const announced = discovery.announce(freshTopic(), [], { signal: stop.signal })
      await expect(second.announce(freshTopic(), [], options)).rejects.toThrow(ADDRESSES_PROTOCOL)
      await second.close()
      expect(node.getProtocols()).toContain(ADDRESSES_PROTOCOL)
      stop.abort()
      await announced
    }))
})
