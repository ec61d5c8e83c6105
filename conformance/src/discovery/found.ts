import { equal } from '../assert/equal.ts'
import { quote } from '../suite/case.ts'
import { discoveryCase, onlyContinuous, onlyEnding } from './discovery-case.ts'
import { all, find, freshTopic, port } from './finding.ts'

const findable = quote(
  'Discovery.announce',
  'Keeps `addresses` findable under `topic` until the signal fires; then withdraws them.'
)

/** Being found. */
export const foundCases = [
  discoveryCase('found.by-others', 'what one announces, another finds', findable, async (world) => {
    const [announcer, seeker] = [await world.create(), await world.create()]
    const topic = freshTopic()
    world.announce(announcer, topic, port(4001))
    equal(await find(seeker, topic, 1), [port(4001)], 'what was found')
  }),
  discoveryCase(
    'found.by-late-comers',
    'what was announced before a discovery was made is found by it',
    findable,
    async (world) => {
      const [announcer, early] = [await world.create(), await world.create()]
      const topic = freshTopic()
      world.announce(announcer, topic, port(4002))
      await find(early, topic, 1)
      equal(await find(await world.create(), topic, 1), [port(4002)], 'what the late comer found')
    }
  ),
  discoveryCase(
    'found.while-looking',
    'a lookup that goes on tells of those who announce later, each address once',
    quote(
      'DiscoverySupports.continuous',
      'Whether a lookup goes on and tells of late comers, or ends when it has asked everyone.'
    ).concat(quote('Discovery.lookup', 'Addresses for `topic`, each once.')),
    async (world) => {
      const [seeker, one, two] = [await world.create(), await world.create(), await world.create()]
      const topic = freshTopic()
      const stop = new AbortController()
      const found: string[] = []
      const looking = (async () => {
        for await (const { address } of seeker.lookup(topic, { signal: stop.signal })) {
          found.push(address)
          if (address === port(4003)) world.announce(two, topic, [port(4003), port(4004)])
          if (address === port(4004)) stop.abort()
        }
      })()
      world.announce(one, topic, port(4003))
      await looking
      equal(found, [port(4003), port(4004)], 'what was found')
    },
    onlyContinuous
  ),
  discoveryCase(
    'found.by-itself',
    'an announcer finds its own addresses too',
    quote('Discovery.announce', 'An announcer finds its own addresses too.'),
    async (world) => {
      const [announcer] = [await world.create(), await world.create()]
      const topic = freshTopic()
      world.announce(announcer, topic, port(4005))
      equal(await find(announcer, topic, 1), [port(4005)], 'what was found')
    }
  ),
  discoveryCase(
    'found.says-where',
    'an address comes with the name of the discovery that found it',
    quote('Discovered.source', 'The name of the discovery that found it, such as `mdns`.').concat(
      quote('Discovery.name', 'A short name for logs and counters, such as `mdns`.')
    ),
    async (world) => {
      const [announcer, seeker] = [await world.create(), await world.create()]
      const topic = freshTopic()
      world.announce(announcer, topic, port(4006))
      await find(seeker, topic, 1)
      for await (const found of seeker.lookup(topic, { signal: world.leaving.signal })) {
        equal({ ...found }, { address: port(4006), source: seeker.name }, 'what was found')
        break
      }
    }
  ),
  discoveryCase(
    'found.several-announcers',
    'all who announce a topic are found, each address once',
    quote('Discovery.lookup', 'Addresses for `topic`, each once.'),
    async (world) => {
      const topic = freshTopic()
      const numbers = [5001, 5002, 5003, 5004]
      for (const number of numbers) world.announce(await world.create(), topic, port(number))
      world.announce(await world.create(), topic, port(5001))
      const seeker = await world.create()
      equal(await find(seeker, topic, 4), numbers.map(port), 'what was found')
      const seen: string[] = []
      for await (const { address } of seeker.lookup(topic, { signal: world.leaving.signal })) {
        if (seen.push(address) === 4) break
      }
      equal(new Set(seen).size, seen.length, 'the number of different addresses in one lookup')
    }
  ),
  discoveryCase(
    'found.several-topics',
    'each of several topics of one announcer is found for itself',
    findable,
    async (world) => {
      const [announcer, seeker] = [await world.create(), await world.create()]
      const topics = [1, 2, 3].map(freshTopic)
      topics.forEach((topic, i) => {
        world.announce(announcer, topic, port(6000 + i))
      })
      const found = await Promise.all(topics.map((topic) => find(seeker, topic, 1)))
      equal(found, [[port(6000)], [port(6001)], [port(6002)]], 'what was found')
    }
  ),
  discoveryCase(
    'topic.no-leak',
    'a topic is never shown to those who look for another, however alike',
    quote('Discovery', 'Finds addresses for a topic: 32 bytes, a hash of the feed id and never the id itself.'),
    async (world) => {
      const [announcer, seeker] = [await world.create(), await world.create()]
      const topic = freshTopic()
      world.announce(announcer, topic, port(9101))
      const stop = new AbortController()
      // The mainline DHT keeps 20 bytes of a topic: nobody could make two feeds whose topics differ only behind them.
      const others = [0, 19].map((place) => topic.map((byte, i) => (i === place ? byte ^ 1 : byte)))
      const looked = others.map((other) => all(seeker, other, stop.signal))
      await find(seeker, topic, 1)
      if (seeker.supports.continuous) stop.abort()
      equal(await Promise.all(looked), [[], []], 'what was found for other topics')
    }
  ),
  discoveryCase(
    'topic.unknown-waits',
    'a lookup of a topic that nobody announces goes on until its signal fires',
    quote('DiscoverySupports.continuous', 'Whether a lookup goes on and tells of late comers'),
    async (world) => {
      const [seeker, announcer] = [await world.create(), await world.create()]
      const stop = new AbortController()
      let ended = false
      const looked = all(seeker, freshTopic(), stop.signal).then((found) => {
        ended = true
        return found
      })
      // As long as it takes to find something else.
      const known = freshTopic()
      world.announce(announcer, known, port(7500))
      await find(seeker, known, 1)
      equal(ended, false, 'whether the lookup has ended')
      stop.abort()
      equal(await looked, [], 'what was found')
    },
    onlyContinuous
  ),
  discoveryCase(
    'topic.unknown-ends',
    'a lookup of a topic that nobody announces ends by itself',
    quote('DiscoverySupports.continuous', 'ends when it has asked everyone'),
    async (world) => {
      const [seeker] = [await world.create(), await world.create()]
      equal(await all(seeker, freshTopic(), world.leaving.signal), [], 'what was found')
    },
    onlyEnding
  )
]
