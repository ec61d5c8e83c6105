import { equal } from '../assert/equal.ts'
import { codeOf, failure, rejects, throws } from '../assert/fails.ts'
import { present } from '../assert/ok.ts'
import { patterned } from '../bytes/seeded.ts'
import { hex } from '../bytes/text.ts'
import { quote } from '../suite/case.ts'
import { atRest } from '../wait/until.ts'
import { expectBlocks, freshBlocks, getText, HELLO_WORLD, readAll, share } from './fixtures.ts'
import { stackCase } from './stack-case.ts'
import { connect } from './world.ts'

/** Getting single blocks of feeds, from here and from a peer. */
export const gettingCases = [
  stackCase(
    'feed.get.by-id',
    'a feed is got by its id, as bytes or as hexadecimal digits, and gives each block',
    quote(
      'api',
      'Access a finalized feed by its id.',
      'Get a block from the the feed.',
      'If we were only interested in the second block of data we can access the low-level feed instead of a read stream',
      'Now to access it create a read stream with the same id'
    ),
    async (world) => {
      const core = await world.core()
      const { id } = await share(core, ['hello', 'world'])
      equal(await getText(core.get(HELLO_WORLD), 1), 'world', 'the second block')
      equal(await getText(core.get(id), 0), 'hello', 'the first block')
      equal((await readAll(core.get(HELLO_WORLD))).length, 2, 'the number of blocks')
    }
  ),
  stackCase(
    'feed.get.random-access',
    'any block is got before any other, and only those that were asked for are fetched',
    quote('api', 'Feeds give you more low-level access to the data stored through the following api.').concat(
      quote('Feed.get', 'Waits for a block that is not here until a peer has sent it')
    ),
    async (world) => {
      const [a, b] = await world.pair()
      const blocks = freshBlocks(300)
      const { id } = await share(a.core, blocks)
      const feed = b.core.get(id)
      for (const index of [299, 0, 150, 7, 256]) equal(await feed.get(index), blocks[index], `block ${index}`)
      equal([feed.held, feed.has(299), feed.has(1)], [5, true, false], 'held, and has of two blocks')
    }
  ),
  stackCase(
    'feed.get.waits-for-missing-block',
    'a block that has not been downloaded yet is waited for, until a peer comes that has it',
    quote(
      'api',
      "If you .get a block index that hasn't been downloaded yet this method will wait for that block be downloaded before calling the callback.",
      'You do not have to call feed.ready before trying to .get a block.'
    ),
    async (world) => {
      const [a, b] = [await world.peer(), await world.peer()]
      const { id } = await share(a.core, ['hello', 'world', 'again'])
      const waiting = getText(b.core.get(id), 2)
      let came = false
      waiting.then(() => {
        came = true
      })
      equal(await atRest(() => came), false, 'whether the block came while there was no peer')
      await connect(b, a)
      equal(await waiting, 'again', 'the block')
    }
  ),
  stackCase(
    'feed.get.out-of-bounds',
    'a block past the end is null, before the length is known and after',
    quote('Feed.get', '`null` past the end of the feed'),
    async (world) => {
      const [a, b] = await world.pair()
      const { id, feed: written } = await share(a.core, ['one', 'two'])
      equal([await written.get(2), await written.get(2 ** 53 - 1)], [null, null], 'past the end of a feed that is here')
      const feed = b.core.get(id)
      // Nothing else is asked for.
      equal(await Promise.all([feed.get(2), feed.get(2 ** 40)]), [null, null], 'past the end of a feed not known yet')
      equal(await feed.get(5), null, 'past the end of a feed that is known')
    }
  ),
  stackCase(
    'feed.get.empty-blocks',
    'blocks of 0 bytes come as such, from here and from a peer',
    quote('protocol', 'A feed is a list of blocks 0..n-1, each 0 or more bytes.'),
    async (world) => {
      const [a, b] = await world.pair()
      for (const blocks of [[''], ['', ''], ['', 'x', '', '']]) {
        const { id } = await share(a.core, blocks)
        const texts = await Promise.all(blocks.map((_, index) => getText(b.core.get(id), index)))
        equal(texts, blocks, 'the blocks')
      }
    }
  ),
  stackCase(
    'feed.get.own-copy',
    'each caller gets an array of its own, and may change it',
    quote('Feed.get', 'The bytes of a block, which belong to the caller'),
    async (world) => {
      const [a, b] = await world.pair()
      const { id } = await share(a.core, ['hello'])
      const feed = b.core.get(id)
      const [one, two] = await Promise.all([feed.get(0), feed.get(0)])
      present(one, 'the block').fill(0)
      present(two, 'the block').fill(1)
      equal(await getText(feed, 0), 'hello', 'the block')
      equal(await getText(a.core.get(id), 0), 'hello', 'the block at the peer')
    }
  ),
  stackCase(
    'feed.get.stops',
    'a wait ends at its signal, at its timeout, and with its handle, each with its own error',
    quote('WaitOptions', 'signal', 'timeout').concat(
      quote('Feed', 'After `close`, all calls reject with a `ClosedError`.')
    ),
    async (world) => {
      const core = await world.core()
      const feed = core.get(HELLO_WORLD)
      const other = core.get(HELLO_WORLD)
      const abort = new AbortController()
      const reason = new Error('enough')
      const aborted = failure(feed.get(0, { signal: abort.signal }))
      const closed = [
        failure(feed.get(0)),
        failure(feed.ready()),
        failure(readAll(feed)),
        failure(feed.download().done)
      ]
      const late = failure(feed.get(0, { timeout: 1 }))
      let ended = false
      const waiting = failure(other.get(0)).then((error) => {
        ended = true
        return error
      })
      abort.abort(reason)
      const error = (await aborted) as Error
      equal([codeOf(error), error.cause], ['ERR_ABORTED', reason], 'code and cause of what was aborted')
      equal(codeOf(await late), 'ERR_TIMEOUT', 'the code of what took too long')
      await feed.close()
      for (const each of closed) equal(codeOf(await each), 'ERR_CLOSED', 'the code of what waited on a closed handle')
      equal(await atRest(() => ended), false, 'whether the other handle stopped waiting')
      await other.close()
      equal(codeOf(await waiting), 'ERR_CLOSED', 'the code of the other one')
      const before = core.get(HELLO_WORLD).get(0, { signal: AbortSignal.abort() })
      await rejects(before, 'ERR_ABORTED', 'get with a signal that has fired')
    }
  ),
  stackCase(
    'feed.ready',
    'ready waits for the length, which comes with a first block and is not known before',
    quote(
      'api',
      'Call this method to wait for the feed to have enough metadata to populate its internal state.',
      'After the callback has been called feed.blocks is guaranteed to be populated.',
      'This method is just available for convenience.',
      'Property containing the number of blocks this feed has. This is only known after at least one block has been fetched.'
    ).concat(quote('protocol', 'The number of blocks follows from the last root')),
    async (world) => {
      const [a, b] = [await world.peer(), await world.peer()]
      const { id } = await share(a.core, freshBlocks(50))
      const feed = b.core.get(id)
      await feed.open()
      equal(feed.blocks, 0, 'the number of blocks before any was fetched')
      const ready = feed.ready()
      await connect(b, a)
      await ready
      equal(feed.blocks, 50, 'the number of blocks')
      equal(await atRest(() => feed.held), 1, 'the number of blocks that were fetched to learn the length')
    }
  ),
  stackCase(
    'feed.has',
    'has tells whether a block was downloaded, once the feed has opened',
    quote(
      'api',
      'Boolean indicating wheather or not a block has been downloaded.',
      'Note that since this method is synchronous you have to wait for the feed to open before calling it.'
    ),
    async (world) => {
      const [a, b] = await world.pair()
      const { id } = await share(a.core, ['hello', 'world'])
      const feed = b.core.get(id)
      throws(() => feed.has(0), 'ERR_FEED_NOT_OPEN', 'has before the feed has opened')
      await feed.open()
      equal(feed.has(0), false, 'has before the block was fetched')
      await feed.get(0)
      equal([feed.has(0), feed.has(1), feed.has(9)], [true, false, false], 'has after the block was fetched')
    }
  ),
  stackCase(
    'feed.large-blocks',
    'blocks of megabytes pass whole',
    quote('protocol', 'A feed is a list of blocks 0..n-1, each 0 or more bytes.'),
    async (world) => {
      const [a, b] = await world.pair()
      const blocks = [1_048_576, 3_000_001, 65_537].map((size, i) => patterned(size, size + i))
      const { id } = await share(a.core, blocks)
      await expectBlocks(b.core.get(id), blocks)
    }
  ),
  stackCase(
    'feed.many',
    'many feeds are fetched from one peer at the same time, over one connection',
    quote('protocol', 'Each side numbers its own channels from 0, always the lowest free one').concat(
      quote('api', "This stream should be piped together with a remote peer's stream to the start replicating feeds.")
    ),
    async (world) => {
      const [a, b] = await world.pair()
      const all = await Promise.all(
        Array.from({ length: 25 }, async (_, i) => {
          const blocks = freshBlocks(5 + i)
          return { blocks, ...(await share(a.core, blocks)) }
        })
      )
      await Promise.all(all.map(({ id, blocks }) => expectBlocks(b.core.get(id), blocks)))
      equal([b.swarm.peers.length, b.swarm.connections], [1, 1], 'peers and connections')
      equal(new Set(all.map(({ id }) => hex(id))).size, 25, 'the number of ids')
    }
  )
]
