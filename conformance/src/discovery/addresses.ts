import { equal } from '../assert/equal.ts'
import { rejects } from '../assert/fails.ts'
import { quote } from '../suite/case.ts'
import { flagFaults } from '../suite/options.ts'
import { discoveryCase } from './discovery-case.ts'
import { find, freshTopic, port } from './finding.ts'
import { DISCOVERY_FLAGS, OPTIONAL_DISCOVERY_FLAGS } from './options.ts'
import { idOf } from './world.ts'

const ADDRESSES = [
  port(9000),
  '/dns/exämple.org/tcp/1/ws/p2p/12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5',
  `/memory/${'long'.repeat(126)}`,
  '\ufeff/with=equals/and spaces\u0000',
  ...Array.from({ length: 40 }, (_, i) => `/ip4/127.0.0.1/udp/${i}/quic-v1/p2p/${'x'.repeat(i)}`)
]

const OTHERS_THAN_IP_PORT = ADDRESSES.slice(1)

/** What a medium holds. */
export const addressCases = [
  discoveryCase(
    'supports.flags',
    'supports has the flags of the interface and no others, and is what the suite was told',
    quote('DiscoverySupports', 'What a discovery can do; the conformance suite holds it to this.').concat(
      quote('Discovery.supports', 'readonly supports: DiscoverySupports')
    ),
    async (world) => {
      const discovery = await world.create()
      equal(
        flagFaults(discovery.supports, DISCOVERY_FLAGS, OPTIONAL_DISCOVERY_FLAGS),
        [],
        'what is wrong with supports'
      )
      // How long a medium keeps what was withdrawn depends on how it was made.
      const { forgetsAfter: _, ...claimed } = discovery.supports
      const { forgetsAfter: __, ...expected } = world.options.supports
      equal(claimed, expected, "the discovery's supports")
      equal(discovery.name.length > 0, true, 'whether the discovery has a name')
    }
  ),
  discoveryCase(
    'addresses.byte-for-byte',
    'addresses of any kind and length come back byte for byte, all of them',
    quote('Discovered.address', 'An address, byte for byte as it was announced, for any transport.'),
    async (world) => {
      const [announcer, seeker] = [await world.create(), await world.create()]
      const topic = freshTopic()
      world.announce(announcer, topic, ADDRESSES)
      equal(await find(seeker, topic, ADDRESSES.length), [...ADDRESSES].sort(), 'what was found')
    },
    ({ supports }) => (supports.addresses === 'any' ? undefined : 'the medium holds an IP address with a port alone')
  ),
  discoveryCase(
    'addresses.that-the-medium-holds',
    'of several addresses those come back that the medium holds; none at all is refused with a TypeError',
    quote(
      'DiscoverySupports.addresses',
      'Which addresses the medium can hold: any string of up to 512 bytes in UTF-8, 64 of them for a topic at least; or only an IP address with a port.'
    ).concat(quote('Discovery.announce', 'Rejects with a `TypeError` when the medium can hold none of the addresses')),
    async (world) => {
      const [announcer, seeker] = [await world.create(), await world.create()]
      const topic = freshTopic()
      world.announce(announcer, topic, ADDRESSES)
      equal(await find(seeker, topic, 1), [port(9000)], 'what was found')
      const { signal } = world.leaving
      const none = announcer.announce(freshTopic(), OTHERS_THAN_IP_PORT, { signal })
      await rejects(none, TypeError, 'announcing addresses that the medium cannot hold')
    },
    ({ supports }) => (supports.addresses === 'ip-port' ? undefined : 'the medium holds any address')
  ),
  discoveryCase(
    'id.wanted',
    'a discovery that wants the id finds by it, and refuses with a TypeError to do without',
    quote('DiscoverySupports.wantsId', "Whether it is to be given the feed's id beside the topic").concat(
      quote('DiscoveryOptions.id', "The feed's id, of which `topic` is the hash"),
      quote('Discovery.announce', 'or the id that it wants is missing')
    ),
    async (world) => {
      const [announcer, seeker] = [await world.createBare(), await world.createBare()]
      const [topic, { signal }] = [freshTopic(), world.leaving]
      await rejects(announcer.announce(topic, [port(9401)], { signal }), TypeError, 'announcing without an id')
      const first = async () => seeker.lookup(topic, { signal })[Symbol.asyncIterator]().next()
      await rejects(first(), TypeError, 'looking without an id')
      announcer.announce(topic, [port(9401)], { signal, id: idOf(topic) }).catch(() => {})
      equal(await find(await world.create(), topic, 1), [port(9401)], 'what was found')
    },
    ({ supports }) => (supports.wantsId === true ? undefined : 'the discovery does without the id (supports.wantsId)')
  ),
  discoveryCase(
    'topic.length',
    'a topic that has not 32 bytes is refused with a RangeError',
    quote('Discovery.announce', 'with a `RangeError` for a topic that has not 32 bytes').concat(
      quote('Discovery.lookup', 'with a `RangeError` for a topic that has not 32 bytes')
    ),
    async (world) => {
      const discovery = await world.create()
      const { signal } = world.leaving
      for (const length of [0, 20, 31, 33]) {
        const wrong = new Uint8Array(length)
        await rejects(discovery.announce(wrong, [port(1)], { signal }), RangeError, 'announce')
        const first = async () => discovery.lookup(wrong, { signal })[Symbol.asyncIterator]().next()
        await rejects(first(), RangeError, 'lookup')
      }
    }
  )
]
