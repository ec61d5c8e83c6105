import { equal } from '../assert/equal.ts'
import { ok, present } from '../assert/ok.ts'
import { hex, textOf } from '../bytes/text.ts'
import { quote } from '../suite/case.ts'
import { until } from '../wait/until.ts'
import { freshBlocks, HELLO_WORLD, share } from './fixtures.ts'
import { stackCase } from './stack-case.ts'
import { connect } from './world.ts'

/** What is told. */
export const eventCases = [
  stackCase(
    'event.interested',
    'a feed that comes into use is told once, with its id: when it is got, or finalized',
    quote(
      'api',
      'When a feed is being used hypercore will emit interested with the corresponding feed id.',
      'You can use this to query for peers that shares this feed using an external peer discovery mechanism.'
    ),
    async (world) => {
      const core = await world.core()
      const told: string[] = []
      core.on('interested', (id) => told.push(hex(id)))
      core.get(HELLO_WORLD)
      core.get(HELLO_WORLD)
      equal(told, [HELLO_WORLD], 'what was told')
      const { id } = await share(core, ['another'])
      equal(told, [HELLO_WORLD, hex(id)], 'what was told')
      equal(core.interests.map(hex).sort(), [HELLO_WORLD, hex(id)].sort(), 'interests')
    }
  ),
  stackCase(
    'event.uninterested',
    'a feed that is used no more is told when its last handle is closed',
    quote('api', 'This is emitted when a feed is no longer being used.'),
    async (world) => {
      const core = await world.core()
      const told: string[] = []
      core.on('uninterested', (id) => told.push(hex(id)))
      const [one, two] = [core.get(HELLO_WORLD), core.get(HELLO_WORLD)]
      await one.close()
      equal(told, [], 'what was told with one handle left')
      await two.close()
      equal(told, [HELLO_WORLD], 'what was told with none left')
      equal(core.interests, [], 'interests')
    }
  ),
  stackCase(
    'event.peer',
    'a peer that comes and one that goes are told, by core and swarm',
    quote('api', 'a handshake event is emitted').concat(
      quote('SwarmEvents', 'A peer is connected, and has said who it is.', "A peer's connection is over")
    ),
    async (world) => {
      const [a, b] = [await world.peer(), await world.peer()]
      const told: string[] = []
      a.core.on('peer', () => told.push('core: peer'))
      a.core.on('peer-end', (_, error) => told.push(`core: peer-end ${error === undefined}`))
      a.swarm.on('peer', ({ id }) => told.push(`swarm: peer ${hex(id) === hex(b.core.id)}`))
      a.swarm.on('peer-end', () => told.push('swarm: peer-end'))
      await connect(b, a)
      equal([...told].sort(), ['core: peer', 'swarm: peer true'], 'what was told of a peer that came')
      told.splice(0)
      await b.swarm.close()
      await until(() => told.length === 2)
      equal([...told].sort(), ['core: peer-end true', 'swarm: peer-end'], 'what was told of a peer that went')
    }
  ),
  stackCase(
    'event.download-and-upload',
    'each block that is fetched is told there, with its proof, and each that is sent is told here',
    quote('FeedEvents', 'A block was fetched from a peer, verified and stored.', 'A block was sent to a peer.'),
    async (world) => {
      const [a, b] = await world.pair()
      const blocks = ['zero', 'one', 'two', 'three', 'four']
      const { id, feed } = await share(a.core, blocks)
      const sent: number[] = []
      feed.on('upload', (block, data) => {
        equal(textOf(data), blocks[block], 'the block that was sent')
        sent.push(block)
      })
      const copy = b.core.get(id)
      const fetched: number[] = []
      let updates = 0
      copy.on('update', () => updates++)
      copy.on('download', (block, data, proof) => {
        equal(textOf(data), blocks[block], 'the block that was fetched')
        ok(Array.isArray(proof), 'a block came without its proof')
        fetched.push(block)
      })
      await copy.download().done
      await until(() => fetched.length >= 5 && sent.length >= 5)
      equal(fetched.sort(), [0, 1, 2, 3, 4], 'the blocks that were fetched')
      equal([...new Set(sent)].sort(), [0, 1, 2, 3, 4], 'the blocks that were sent')
      ok(updates > 0, 'no update was told')
    }
  ),
  stackCase(
    'event.feed',
    'a feed tells when it opens, is finalized, and is closed',
    quote('FeedEvents', 'Its stored state was read: `has` may be asked.', 'It got its id.', 'This handle was closed.'),
    async (world) => {
      const core = await world.core()
      const feed = core.add()
      const told: string[] = []
      feed.on('open', () => told.push('open'))
      feed.on('finalize', (id) => told.push(`finalize ${id.length}`))
      feed.on('close', () => told.push('close'))
      await feed.append(freshBlocks(2))
      present(await feed.finalize(), 'the id')
      await feed.close()
      equal(told, ['open', 'finalize 32', 'close'], 'what was told')
    }
  )
]
