import { describe, expect, it } from 'vitest'
import { addresses, hints } from './hints.ts'
import { hang, refuse, ScriptedTransport } from './scripted-transport.ts'
import { settled } from './simulated-clock.ts'
import { inWorld, type World } from './test-swarm.ts'

/** A peer that finds these addresses for every feed, and does nothing but dial. */
function dialing(world: World, found: Parameters<typeof hints>[0], answer = refuse as typeof hang, options = {}) {
  const transport = new ScriptedTransport(() => world.clock.now(), answer)
  const peer = world.peer({ transports: [transport], discovery: [hints(found)], listen: [], ...options })
  return { ...peer, transport }
}

const FEED = new Uint8Array(32).fill(7)

describe('dialing', () => {
  it(
    'a thousand addresses that hang are dialled 8 at a time, and each is given up in time',
    inWorld(async (world) => {
      const { core, swarm, transport } = dialing(world, addresses(1000), hang, {
        maxPendingDials: 8,
        maxAddressesPerTopic: 1000,
        dialTimeout: 1000
      })
      const codes: unknown[] = []
      swarm.on('dial-failed', ({ error }) => codes.push((error as { code?: string }).code))
      core.get(FEED)
      await settled()
      let most = 0
      for (let second = 0; second < 126; second++) {
        most = Math.max(most, swarm.pendingDials)
        await world.clock.advance(1000)
      }
      expect(most).toBe(8)
      expect(new Set(transport.dials.map(({ address }) => address)).size).toBeGreaterThan(900)
      expect(new Set(codes)).toEqual(new Set(['ERR_TIMEOUT']))
      expect(swarm.counters.failedDials).toBe(codes.length)
      expect(swarm.connections).toBe(0)
    })
  )

  it(
    'dials no faster than it should in any second',
    inWorld(async (world) => {
      const { core, transport } = dialing(world, addresses(1000), refuse as typeof hang, { maxDialsPerSecond: 10 })
      core.get(FEED)
      await world.clock.advance(30_000)
      const times = transport.dials.map(({ at }) => at)
      expect(times.length).toBeGreaterThanOrEqual(300)
      for (let i = 10; i < times.length; i++) {
        expect((times[i] as number) - (times[i - 10] as number)).toBeGreaterThanOrEqual(1000)
      }
    })
  )

  it(
    'fifty topics take turns, whoever has found more',
    inWorld(async (world) => {
      const { core, transport } = dialing(world, (topic) => addresses(topic[0] === undefined ? 0 : 200, `${topic}-`))
      const greedy = core.get(FEED)
      await settled()
      for (let i = 0; i < 49; i++) core.get(new Uint8Array(32).fill(100 + i))
      await world.clock.advance(10_000)
      expect(greedy.blocks).toBe(0)
      const dialled = new Map<string, number>()
      // What was dialled before the others came is left out.
      for (const { address, at } of transport.dials) {
        const topic = address.split('-')[0] as string
        if (at > 0) dialled.set(topic, (dialled.get(topic) ?? 0) + 1)
      }
      const counts = [...dialled.values()]
      expect(counts).toHaveLength(50)
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(2)
    })
  )

  it(
    'waits longer and longer for an address that fails, up to a limit, and never twice the same',
    inWorld(async (world) => {
      const { core, swarm, transport } = dialing(world, ['/scripted/dead'])
      const retries: Array<number | undefined> = []
      swarm.on('dial-failed', ({ retryMs }) => retries.push(retryMs))
      core.get(FEED)
      await world.clock.advance(3_600_000)
      const gaps = transport.dials.map(({ at }, i) => at - (transport.dials[i - 1]?.at ?? 0)).slice(1)
      expect(gaps).toEqual(retries.slice(0, gaps.length))
      gaps.forEach((gap, i) => {
        const most = Math.min(300_000, 1000 * 2 ** i)
        expect(gap).toBeGreaterThanOrEqual(most / 2)
        expect(gap).toBeLessThanOrEqual(most)
      })
      expect(gaps.length).toBeGreaterThan(15)
      expect(new Set(gaps).size).toBe(gaps.length)
    })
  )

  it(
    'a full topic forgets an address that fails for one that is new, and holds no more than it may',
    inWorld(async (world) => {
      let round = 0
      const { core, swarm, transport } = dialing(
        world,
        function* () {
          const prefix = `${round++}-`
          for (let i = 0; i < 100; i++) yield `/scripted/${prefix}${i}`
        },
        refuse as typeof hang,
        { maxAddressesPerTopic: 20 }
      )
      core.get(FEED)
      await world.clock.advance(300_000)
      expect(swarm.topics[0]?.discoveries).toEqual({ hints: { found: 20, connected: 0 } })
      expect(transport.dials.some(({ address }) => address.startsWith('/scripted/5-'))).toBe(true)
      // One timer for each address at most, and a few for the rest.
      expect(world.clock.timers).toBeLessThan(30)
    })
  )

  it(
    'passes over what nobody handles, what is no address, and transports that break',
    inWorld(async (world) => {
      const strange = [
        '/carrier/pigeon',
        '',
        '/scripted/throws',
        `/scripted/${'x'.repeat(5000)}`,
        7 as never,
        '/scripted/a'
      ]
      const { core, transport } = dialing(world, strange, (() => {
        throw 'not even an error'
      }) as typeof hang)
      core.get(FEED)
      await settled()
      expect(transport.dials.map(({ address }) => address)).toEqual(['/scripted/a'])
    })
  )

  it(
    'does not stop for a listener that throws',
    inWorld(async (world) => {
      const { core, swarm, transport } = dialing(world, addresses(3))
      const warnings: string[] = []
      swarm.on('warning', ({ during, part }) => {
        warnings.push(`${during} ${part}`)
        throw new Error('again')
      })
      swarm.on('dial', () => {
        throw new Error('thrown by a listener')
      })
      core.get(FEED)
      await settled()
      expect(transport.dials).toHaveLength(3)
      expect(warnings).toEqual(['event dial'])
    })
  )

  it(
    'leaves the addresses of a feed that is not in use any more, and gives up dialling them',
    inWorld(async (world) => {
      let heard = 0
      const { core, swarm, transport } = dialing(world, addresses(40), (async (
        _: string,
        { signal }: { signal?: AbortSignal }
      ) => {
        await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()))
        heard++
        throw signal?.reason
      }) as unknown as typeof hang)
      const feed = core.get(FEED)
      await settled()
      expect(swarm.pendingDials).toBe(16)
      await feed.close()
      await settled()
      expect(swarm.pendingDials).toBe(0)
      expect(heard).toBe(16)
      await world.clock.advance(1_000_000)
      expect(transport.dials).toHaveLength(16)
      expect(world.clock.timers).toBe(0)
    })
  )
})

describe('dial', () => {
  it(
    'connects with a known address without any discovery, once',
    inWorld(async (world) => {
      const a = world.peer({ discovery: [], listen: ['/memory/a'] })
      const b = world.peer({ discovery: [], listen: [] })
      await a.swarm.open()
      const peer = await b.swarm.dial('/memory/a')
      expect(peer).toMatchObject({ id: a.core.id, direction: 'out', address: '/memory/a', discoveries: ['dial'] })
      expect(await b.swarm.dial('/memory/a')).toBe(peer)
      await settled()
      expect(a.swarm.peers[0]?.direction).toBe('in')
      peer.disconnect()
      await world.clock.advance(600_000)
      expect(b.swarm.peers).toEqual([])
      expect(b.swarm.counters.dials).toBe(1)
    })
  )

  it(
    'with keep: tries until the peer is there, and again when it is lost, until it is told to forget it',
    inWorld(async (world) => {
      const b = world.peer({ discovery: [], listen: [] })
      const dialled = b.swarm.dial('/memory/a', { keep: true })
      await world.clock.advance(60_000)
      const a = world.peer({ discovery: [], listen: ['/memory/a'] })
      await world.clock.advance(300_000)
      expect((await dialled).address).toBe('/memory/a')
      ;(await dialled).disconnect()
      await world.clock.advance(300_000)
      expect(b.swarm.peers).toHaveLength(1)
      b.swarm.forget('/memory/a')
      await world.clock.advance(300_000)
      expect(b.swarm.peers).toEqual([])
      expect(a.swarm.peers).toEqual([])
    })
  )

  it(
    'rejects with what went wrong',
    inWorld(async (world) => {
      const { swarm } = world.peer({ discovery: [], listen: ['/memory/own'] })
      await swarm.open()
      await expect(swarm.dial('/memory/nobody')).rejects.toMatchObject({ code: 'ERR_CONNECTION_REFUSED' })
      await expect(swarm.dial('/carrier/pigeon')).rejects.toBeInstanceOf(TypeError)
      await expect(swarm.dial('/memory/own')).rejects.toMatchObject({ code: 'ERR_CONNECTION_REFUSED' })
      await expect(swarm.dial('/memory/x', { signal: AbortSignal.abort() })).rejects.toMatchObject({
        code: 'ERR_ABORTED'
      })
      const stop = new AbortController()
      const dialled = swarm.dial('/memory/nobody', { keep: true, signal: stop.signal })
      stop.abort()
      await expect(dialled).rejects.toMatchObject({ code: 'ERR_ABORTED' })
      const closing = expect(swarm.dial('/memory/nobody', { keep: true })).rejects.toMatchObject({ code: 'ERR_CLOSED' })
      await swarm.close()
      await closing
      await expect(swarm.dial('/memory/a')).rejects.toMatchObject({ code: 'ERR_CLOSED' })
      await expect(swarm.listen('/memory/a')).rejects.toMatchObject({ code: 'ERR_CLOSED' })
    })
  )

  it('refuses limits that are none', () =>
    inWorld(async (world) => {
      for (const wrong of [0, -1, 1.5, Number.NaN, '8' as never]) {
        expect(() => world.peer({ maxPendingDials: wrong })).toThrow(RangeError)
        expect(() => world.peer({ dialTimeout: wrong === 1.5 ? 2 ** 40 : wrong })).toThrow(RangeError)
      }
    })())
})
