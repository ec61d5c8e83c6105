import { randomBytes } from 'node:crypto'
import type { Discovery } from '@anyfeed/interfaces'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { all, find } from './find.ts'
import type { MakeNetwork, Network } from './networks.ts'

const never = new AbortController().signal
const port = (number: number) => `/ip4/127.0.0.1/tcp/${number}`

/** What every discovery does. `make` makes a network of its own for each test. */
export function discoveryBehaviour(name: string, make: MakeNetwork): void {
  describe(`discovery ${name}`, () => {
    let network: Network
    let leave: AbortController
    let topic: Uint8Array

    const announce = (discovery: Discovery, address: string | readonly string[], signal = leave.signal) =>
      discovery.announce(topic, [address].flat(), { signal })

    beforeEach(async () => {
      network = await make()
      leave = new AbortController()
      topic = new Uint8Array(randomBytes(32))
    })
    afterEach(() => network.close())

    it('finds what another announces, before and after it is looked for', async () => {
      const [early, announcer, late] = [network.create(), network.create(), network.create()]
      const foundEarly = find(early, topic, 1)
      announce(announcer, port(4001))
      expect(await foundEarly).toEqual([port(4001)])
      expect(await find(late, topic, 1)).toEqual([port(4001)])
    })

    it('says where an address came from', async () => {
      const [announcer, seeker] = [network.create(), network.create()]
      announce(announcer, port(4002))
      await find(seeker, topic, 1)
      for await (const found of seeker.lookup(topic, { signal: never })) {
        expect(found).toEqual({ address: port(4002), source: seeker.name })
        break
      }
    })

    it('finds several announcers of a topic, each address once', async () => {
      const numbers = [5001, 5002, 5003, 5004]
      for (const number of numbers) announce(network.create(), port(number))
      announce(network.create(), port(5001))
      const seeker = network.create()
      expect(await find(seeker, topic, 4)).toEqual(numbers.map(port))
      const seen: string[] = []
      for await (const { address } of seeker.lookup(topic, { signal: never })) if (seen.push(address) === 4) break
      expect(new Set(seen).size).toBe(4)
    })

    it('keeps topics apart', async () => {
      const [announcer, seeker] = [network.create(), network.create()]
      const topics = [1, 2, 3].map(() => new Uint8Array(randomBytes(32)))
      topics.forEach((each, i) => {
        announcer.announce(each, [port(6000 + i)], { signal: leave.signal })
      })
      const found = await Promise.all(topics.map((each) => find(seeker, each, 1)))
      expect(found).toEqual([[port(6000)], [port(6001)], [port(6002)]])
    })

    it('finds nothing once the announcer has left, or the stated time after', async () => {
      await network.close()
      network = await make({ forgetful: true })
      const [announcer, seeker] = [network.create(), network.create()]
      const left = announce(announcer, port(7001))
      await find(seeker, topic, 1)
      leave.abort()
      await left
      if (seeker.supports.continuous) {
        // A later announcement, which is found, shows that the earlier one would have been.
        const other = network.create()
        const next = new AbortController()
        announce(other, port(7002), next.signal)
        expect(await find(network.create(), topic, 1)).toEqual([port(7002)])
        next.abort()
      } else {
        while ((await all(network.create(), topic, never)).length > 0);
      }
    })

    it('waits or ends for an unknown topic, as it says', async () => {
      const seeker = network.create()
      const stop = new AbortController()
      let ended = false
      const looked = all(seeker, topic, stop.signal).then((found) => {
        ended = true
        return found
      })
      // As long as it takes to find something else.
      const known = new Uint8Array(randomBytes(32))
      network.create().announce(known, [port(7500)], { signal: leave.signal })
      await find(seeker, known, 1)
      if (seeker.supports.continuous) {
        expect(ended).toBe(false)
        stop.abort()
      }
      expect(await looked).toEqual([])
    })

    it('ends everything without an error when the signal fires, at once when it had fired', async () => {
      const discovery = network.create()
      const announced = announce(discovery, port(8001))
      const lookup = discovery.lookup(topic, { signal: leave.signal })[Symbol.asyncIterator]()
      const waiting = (async () => {
        while (!(await lookup.next()).done);
      })()
      leave.abort()
      await announced
      await waiting
      await announce(discovery, port(8001))
      expect(await all(discovery, topic, leave.signal)).toEqual([])
    })

    it('ends a lookup that its reader leaves', async () => {
      const [announcer, seeker] = [network.create(), network.create()]
      announce(announcer, port(8101))
      await find(seeker, topic, 1)
      const lookup = seeker.lookup(topic, { signal: never })[Symbol.asyncIterator]()
      await lookup.return?.()
      expect(await lookup.next()).toEqual({ done: true, value: undefined })
    })

    it('brings addresses byte for byte, where its medium holds them', async () => {
      const [announcer, seeker] = [network.create(), network.create()]
      const addresses = [
        '/ip4/127.0.0.1/tcp/9000',
        '/dns/exämple.org/tcp/1/ws/p2p/12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5',
        `/memory/${'long'.repeat(500)}`,
        '\ufeff/with=equals/and spaces\u0000',
        ...Array.from({ length: 40 }, (_, i) => `/ip4/127.0.0.1/udp/${i}/quic-v1/p2p/${'x'.repeat(i)}`)
      ]
      const { supports } = announcer
      const expected = supports.addresses === 'any' ? [...addresses].sort() : [port(9000)]
      announce(announcer, addresses)
      expect(await find(seeker, topic, expected.length)).toEqual(expected)
    })

    it('does not show a topic to those who look for others', async () => {
      const [announcer, seeker] = [network.create(), network.create()]
      announce(announcer, port(9101))
      const near = Uint8Array.from(topic)
      near[0] = (near[0] ?? 0) ^ 1
      const stop = new AbortController()
      const looked = all(seeker, near, stop.signal)
      await find(seeker, topic, 1)
      if (seeker.supports.continuous) stop.abort()
      expect(await looked).toEqual([])
    })

    it('refuses a topic that is none', async () => {
      const discovery = network.create()
      for (const length of [0, 20, 31, 33]) {
        const wrong = new Uint8Array(length)
        await expect(discovery.announce(wrong, [port(1)], { signal: never })).rejects.toThrow(RangeError)
        expect(() => discovery.lookup(wrong, { signal: never })).toThrow(RangeError)
      }
    })

    it('leaves nothing open when it is closed', async () => {
      const discovery = network.create()
      const before = openSockets()
      const announced = announce(discovery, port(9201))
      const looked = all(discovery, topic, never)
      await find(discovery, topic, 1)
      await Promise.all([discovery.close(), discovery.close()])
      await announced
      await looked
      await discovery.close()
      // The event loop lets go of a handle at the end of its turn.
      for (let turns = 0; turns < 3; turns++) await new Promise((resolve) => setImmediate(resolve))
      expect(openSockets()).toBeLessThanOrEqual(before)
      await expect(announce(discovery, port(9201))).rejects.toMatchObject({ code: 'ERR_CLOSED' })
      expect(() => discovery.lookup(topic, { signal: never })).toThrow(expect.objectContaining({ code: 'ERR_CLOSED' }))
    })
  })
}

function openSockets(): number {
  return process.getActiveResourcesInfo().filter((each) => each === 'UDPWRAP' || each === 'UDPWrap').length
}
