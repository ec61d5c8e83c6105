import { equal } from '../assert/equal.ts'
import { rejects } from '../assert/fails.ts'
import { ok } from '../assert/ok.ts'
import { quote } from '../suite/case.ts'
import { turn } from '../wait/turn.ts'
import { until } from '../wait/until.ts'
import { discoveryCase } from './discovery-case.ts'
import { all, find, findUntil, freshTopic, port } from './finding.ts'
import type { DiscoveryWorld } from './world.ts'

const never = new AbortController().signal

/** So many times a withdrawn announcement must be found too late. */
const ATTEMPTS = 3

/** Going away. */
export const leavingCases = [
  discoveryCase(
    'left.not-found',
    'what was withdrawn is found no more, or no more after the time that the medium keeps it',
    quote(
      'Discovery.announce',
      'until the signal fires; then withdraws them',
      'Resolves when it has withdrawn.'
    ).concat(
      quote(
        'DiscoverySupports.forgetsAfter',
        'How long an address may still be found after its announcement was withdrawn'
      )
    ),
    async (world) => {
      const create = () => world.create({ forgetful: true })
      const [announcer, seeker] = [await create(), await create()]
      const topic = freshTopic()
      const leave = new AbortController()
      const left = world.announce(announcer, topic, port(7001), leave.signal)
      await find(seeker, topic, 1)
      leave.abort()
      await left
      const fresh = await create()
      if (!seeker.supports.continuous) {
        while ((await all(fresh, topic, never)).length > 0) await turn()
        return
      }
      // A later announcement, which is found, shows that the earlier one would have been.
      world.announce(await create(), topic, port(7002))
      for (const each of [fresh, seeker]) {
        let found = await findUntil(each, topic, port(7002))
        while (seeker.supports.forgetsAfter > 0 && found.length > 1) found = await findUntil(each, topic, port(7002))
        equal(found, [port(7002)], 'what was found')
      }
    }
  ),
  discoveryCase(
    'left.forgotten-in-time',
    'what was withdrawn is found for no longer than the discovery says, which is told where it says more than it takes',
    quote(
      'DiscoverySupports.forgetsAfter',
      'How long an address may still be found after its announcement was withdrawn, in milliseconds'
    ),
    async (world) => {
      // A busy machine may be late now and then; a discovery that says too little is late each time.
      let late: number | undefined
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        late = await foundTooLate(world)
        if (late === undefined) return
      }
      ok(false, `it was found by a lookup that began ${late} ms later`)
    },
    ({ supports }) =>
      supports.forgetsAfter > 0
        ? undefined
        : 'it is found no more at once (supports.forgetsAfter), see discovery.left.not-found'
  ),
  discoveryCase(
    'left.others-stay',
    'an announcement that is withdrawn takes no other one with it',
    quote('Discovery.announce', 'Keeps `addresses` findable under `topic` until the signal fires'),
    async (world) => {
      const [announcer, seeker] = [await world.create(), await world.create()]
      const [gone, stays] = [freshTopic(), freshTopic()]
      const leave = new AbortController()
      const left = world.announce(announcer, gone, port(7101), leave.signal)
      world.announce(announcer, stays, port(7102))
      await find(seeker, gone, 1)
      leave.abort()
      await left
      equal(await find(await world.create(), stays, 1), [port(7102)], 'what was found of the other topic')
    }
  ),
  discoveryCase(
    'signal.ends-announcing',
    'an announcement resolves when its signal fires, at once when it had fired',
    quote('Discovery.announce', 'Resolves when it has withdrawn.'),
    async (world) => {
      const discovery = await world.create()
      const leave = new AbortController()
      const topic = freshTopic()
      const announced = discovery.announce(topic, [port(8001)], { signal: leave.signal })
      leave.abort()
      await announced
      await discovery.announce(topic, [port(8001)], { signal: leave.signal })
    }
  ),
  discoveryCase(
    'signal.ends-looking',
    'a lookup ends without an error when its signal fires, also while it waits, at once when it had fired',
    quote('Discovery.lookup', 'Ends when the signal fires, or the discovery is closed, without an error').concat(
      quote('DiscoveryOptions.signal', 'Ends it.')
    ),
    async (world) => {
      const discovery = await world.create()
      const stop = new AbortController()
      const topic = freshTopic()
      const lookup = discovery.lookup(topic, { signal: stop.signal })[Symbol.asyncIterator]()
      const waiting = (async () => {
        while (!(await lookup.next()).done);
      })()
      stop.abort()
      await waiting
      equal((await lookup.next()).done, true, 'whether it has ended')
      equal(await all(discovery, topic, stop.signal), [], 'what a lookup found whose signal had fired')
    }
  ),
  discoveryCase(
    'lookup.left-early',
    'a lookup ends for a reader that leaves, and another one goes on',
    quote('Discovery.lookup', 'ends for a reader that leaves'),
    async (world) => {
      const [announcer, seeker] = [await world.create(), await world.create()]
      const topic = freshTopic()
      world.announce(announcer, topic, port(8101))
      await find(seeker, topic, 1)
      const lookup = seeker.lookup(topic, { signal: never })[Symbol.asyncIterator]()
      await lookup.return?.()
      equal(await lookup.next(), { done: true, value: undefined }, 'the next step of a lookup that was left')
      equal(await find(seeker, topic, 1), [port(8101)], 'what another lookup found')
    }
  ),
  discoveryCase(
    'close.ends-everything',
    'close ends announcements and lookups, leaves nothing open, and may be called again',
    quote('Discovery.close', 'Withdraws everything and gives up all resources. Calling it again is harmless.'),
    async (world) => {
      const { openHandles } = world.options
      const discovery = await world.create()
      const before = openHandles?.()
      const topic = freshTopic()
      const announced = discovery.announce(topic, [port(9201)], { signal: never })
      const looked = all(discovery, topic, never)
      await find(discovery, topic, 1)
      await Promise.all([discovery.close(), discovery.close()])
      await announced
      await looked
      await discovery.close()
      if (openHandles !== undefined) await until(() => openHandles().length <= (before as string).length)
    }
  ),
  discoveryCase(
    'close.refuses-what-comes-after',
    'a discovery that was closed refuses to announce and to look with a ClosedError',
    quote('Discovery.announce', 'and with a {@link ClosedError} after `close`').concat(
      quote('Discovery.lookup', 'and with a {@link ClosedError} after `close`')
    ),
    async (world) => {
      const discovery = await world.create()
      await discovery.close()
      const topic = freshTopic()
      const announced = async () => discovery.announce(topic, [port(9301)], { signal: never })
      await rejects(announced(), 'ERR_CLOSED', 'announce')
      const first = async () => discovery.lookup(topic, { signal: never })[Symbol.asyncIterator]().next()
      await rejects(first(), 'ERR_CLOSED', 'lookup')
    }
  )
]

/** How many milliseconds after its withdrawal an announcement was found by a lookup that began then, if that is too late. */
async function foundTooLate(world: DiscoveryWorld): Promise<number | undefined> {
  const create = () => world.create({ forgetful: true })
  const [announcer, seeker] = [await create(), await create()]
  const { continuous, forgetsAfter } = seeker.supports
  const [topic, leave] = [freshTopic(), new AbortController()]
  const announced = performance.now()
  const left = world.announce(announcer, topic, port(7201), leave.signal)
  await find(seeker, topic, 1)
  // What is under way when the signal fires takes as long again, on a machine that may be busier by then.
  const underWay = 2 * (performance.now() - announced)
  leave.abort()
  await left
  const withdrawn = performance.now()
  if (continuous) world.announce(await create(), topic, port(7202))
  for (let looks = 0; ; looks++) {
    // One who never heard of it, at a time that is known.
    const fresh = await create()
    const since = performance.now() - withdrawn
    const found = continuous ? await findUntil(fresh, topic, port(7202)) : await all(fresh, topic, never)
    if (!found.includes(port(7201))) {
      if (looks === 0) world.notice(`it was found no more at once: supports.forgetsAfter may be below ${forgetsAfter}`)
      return undefined
    }
    if (since > forgetsAfter + underWay) return Math.round(since)
    await turn()
  }
}
