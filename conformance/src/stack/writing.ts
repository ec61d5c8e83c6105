import { MAX_BLOCK_BYTES } from '@anyfeed/core'
import { equal } from '../assert/equal.ts'
import { rejects, throws } from '../assert/fails.ts'
import { present } from '../assert/ok.ts'
import { hex, utf8 } from '../bytes/text.ts'
import { quote } from '../suite/case.ts'
import { expectBlocks, freshBlocks, getText, HELLO_WORLD, readAll, share } from './fixtures.ts'
import { onlyPersistent, stackCase } from './stack-case.ts'
import { ReferenceTree } from './wire/reference-tree.ts'

/** Making feeds. */
export const writingCases = [
  stackCase(
    'feed.append.one-and-many',
    'blocks are appended one by one or several at a time, as bytes or as strings in UTF-8, in their order',
    quote(
      'api',
      'Append a block of data to a new feed.',
      'Optionally you can pass in an array of blocks instead of single one to add multiple blocks at the same time.',
      "Create a new feed. Call feed.append to add blocks and feed.finalize when you're done and ready to share this feed.",
      'Create a new writable stream that adds a new feed and appends blocks to it.'
    ).concat(
      quote('protocol', 'A feed is a list of blocks 0..n-1, each 0 or more bytes.', 'Strings are stored as UTF-8.')
    ),
    async (world) => {
      const core = await world.core()
      const feed = core.add()
      await feed.append('one')
      await feed.append(['twö', utf8('three')])
      await feed.append([])
      await feed.append('')
      equal(feed.blocks, 4, 'the number of blocks')
      const texts = await Promise.all([0, 1, 2, 3].map((index) => getText(feed, index)))
      equal(texts, ['one', 'twö', 'three', ''], 'the blocks')
    }
  ),
  stackCase(
    'feed.append.in-order',
    'appends that are made without waiting come in the order of the calls',
    quote(
      'Feed.append',
      'blocks appended by one call, and by calls made without waiting, come in the order of the calls'
    ),
    async (world) => {
      const core = await world.core()
      const feed = core.add()
      const blocks = freshBlocks(60)
      await Promise.all(blocks.map((block) => feed.append(block)))
      await expectBlocks(feed, blocks)
    }
  ),
  stackCase(
    'feed.append.copies',
    'what was appended may be changed as soon as the call has returned',
    quote('Feed.append', 'which are copied before the call returns, unless they are transferred'),
    async (world) => {
      const core = await world.core()
      const feed = core.add()
      const block = utf8('as it was')
      const appended = feed.append(block)
      block.fill(0)
      await appended
      equal(await getText(feed, 0), 'as it was', 'the block')
    }
  ),
  stackCase(
    'feed.append.refused',
    'a block that no frame holds, and what is no block, are refused, and nothing is appended',
    quote(
      'Feed.append',
      'with a {@link BlockTooLargeError} when one cannot be sent in a frame (then nothing was appended)'
    ).concat(quote('protocol', 'The original refuses frames over 5 MiB (5·1024·1024)')),
    async (world) => {
      const core = await world.core()
      const feed = core.add()
      await feed.append('here')
      await rejects(feed.append(['fits', new Uint8Array(MAX_BLOCK_BYTES + 1)]), 'ERR_BLOCK_TOO_LARGE', 'append')
      for (const wrong of [5, null, undefined, {}, [1]]) {
        await rejects(feed.append(wrong as never), TypeError, 'append')
      }
      equal(feed.blocks, 1, 'the number of blocks')
    }
  ),
  stackCase(
    'feed.append.after-finalize',
    'a finalized feed takes no more blocks',
    quote('api', "You can only append to a feed that hasn't been finalized.").concat(
      quote(
        'protocol',
        'blocks are appended, then the feed is finalized, and from then on its id names exactly these bytes in exactly these blocks'
      )
    ),
    async (world) => {
      const core = await world.core()
      const { id, feed } = await share(core, ['one'])
      await rejects(feed.append('two'), 'ERR_FEED_FINALIZED', 'append')
      await rejects(core.get(id).append('two'), 'ERR_FEED_FINALIZED', 'append to a feed got by its id')
      equal((await readAll(feed)).length, 1, 'the number of blocks')
    }
  ),
  stackCase(
    'feed.finalize.id',
    'a feed gets its id when it is finalized, which is the documented one',
    quote(
      'api',
      'Finalize a feed. Will set feed.id when done. This is the id that identifies this feed.',
      'After the stream has been ended (finish has been emitted) you can access stream.id and stream.blocks to get the feed metadata.'
    ),
    async (world) => {
      const core = await world.core()
      const feed = core.add()
      await feed.append(['hello', 'world'])
      equal(feed.id, null, 'the id of an unfinished feed')
      const id = present(await feed.finalize(), 'the id')
      equal([hex(id), hex(present(feed.id, 'feed.id'))], [HELLO_WORLD, HELLO_WORLD], 'the id')
      equal([feed.blocks, feed.complete, feed.held], [2, true, 2], 'blocks, complete and held')
    }
  ),
  stackCase(
    'feed.finalize.tree',
    'the id is that of the merkle tree of the rules, for any number of blocks',
    quote(
      'protocol',
      'All hashes are SHA-256, 32 bytes',
      '`00` ‖ block bytes',
      "`01` ‖ left child's hash ‖ right child's hash",
      "`02` ‖ for each root, left to right: root's hash ‖ root's tree index as uint64 big endian",
      'Block b is leaf `2b`. A node at depth d covers 2^d leaves; odd indexes are parents.',
      'The roots of a feed of n blocks are the full roots of the flat tree with 2n slots: the largest perfect subtrees, left to right'
    ),
    async (world) => {
      const core = await world.core()
      for (const count of [1, 2, 3, 4, 5, 6, 7, 8, 15, 16, 17, 40]) {
        const blocks = freshBlocks(count)
        const { id } = await share(core, blocks)
        equal(id, new ReferenceTree(blocks).id, `the id of ${count} blocks`)
      }
    }
  ),
  stackCase(
    'feed.finalize.empty',
    'a feed without blocks keeps a null id, without an error',
    quote('protocol', 'A feed with no blocks cannot be finalized: it keeps a null id and 0 blocks, without an error.'),
    async (world) => {
      const core = await world.core()
      const feed = core.add()
      equal(await feed.finalize(), null, 'what finalize resolved with')
      equal([feed.id, feed.blocks], [null, 0], 'id and blocks')
      await feed.append('still open')
      present(await feed.finalize(), 'the id, once there was a block')
    }
  ),
  stackCase(
    'feed.finalize.same-content',
    'equal blocks give equal ids, and one feed',
    quote('protocol', 'from then on its id names exactly these bytes in exactly these blocks'),
    async (world) => {
      const core = await world.core()
      const blocks = freshBlocks(5)
      const one = await share(core, blocks)
      const two = await share(core, blocks)
      const other = await share(core, [...blocks.slice(0, 4), 'another'])
      equal(two.id, one.id, 'the id of equal blocks')
      equal(hex(other.id) === hex(one.id), false, 'whether another block gives the same id')
      const ids: string[] = []
      for await (const { id } of core.list()) ids.push(hex(id))
      equal(ids.sort(), [hex(one.id), hex(other.id)].sort(), 'the feeds that are listed')
    }
  ),
  stackCase(
    'core.list',
    'the ids of all feeds that are stored are listed',
    quote('api', 'Returns a readable stream that will emit the id of all feeds stored in the core.').concat(
      quote('Core.unfinished', 'The records of all feeds that were not finalized, in no order.')
    ),
    async (world) => {
      const core = await world.core()
      const shared = [await share(core, ['one']), await share(core, ['two'])]
      const unfinished = core.add()
      await unfinished.append('three')
      const ids: string[] = []
      for await (const { id } of core.list()) ids.push(hex(id))
      equal(ids.sort(), shared.map(({ id }) => hex(id)).sort(), 'the feeds that are listed')
      const keys: string[] = []
      for await (const { key } of core.unfinished()) keys.push(hex(key))
      equal(keys, [hex(present(unfinished.key, 'the key'))], 'the feeds that were not finalized')
    }
  ),
  stackCase(
    'feed.reopen',
    'a core over the same store has its feeds, and reads them without any peer',
    quote('api', 'Access a finalized feed by its id.', 'db should be a levelup instance').concat(
      quote('StorageSupports.persistent', 'Whether its feeds are found again when it was closed and opened anew.')
    ),
    async (world) => {
      const storage = await world.storage()
      const core = world.coreOver(storage)
      const blocks = freshBlocks(70)
      const { id } = await share(core, blocks)
      const again = await world.reopen(core, storage)
      const feed = again.get(id)
      await feed.open()
      equal([feed.blocks, feed.complete], [70, true], 'blocks and complete')
      await expectBlocks(feed, blocks)
    },
    onlyPersistent
  ),
  stackCase(
    'feed.resume',
    'an unfinished feed is found again by its key, goes on where it was, and gets the id of all its blocks',
    quote('Core.add', 'It is found again after a crash, by its `key`.'),
    async (world) => {
      const storage = await world.storage()
      const core = world.coreOver(storage)
      const blocks = freshBlocks(9)
      const feed = core.add()
      await feed.append(blocks.slice(0, 5))
      const key = present(feed.key, 'the key')
      const again = await world.reopen(core, storage)
      const resumed = again.resume(key)
      await resumed.open()
      equal(resumed.blocks, 5, 'the number of blocks')
      await resumed.append(blocks.slice(5))
      equal(await resumed.finalize(), new ReferenceTree(blocks).id, 'the id')
      const unknown = again.resume(new Uint8Array(32))
      await rejects(unknown.open(), 'ERR_FEED_UNKNOWN', 'opening an unfinished feed that is not there')
    },
    onlyPersistent
  ),
  stackCase(
    'feed.delete',
    'a deleted feed is gone, its handles are closed, and it is not listed',
    quote(
      'Core.delete',
      'Closes all handles of a feed and deletes it from the store. Resolves with whether it was there.'
    ),
    async (world) => {
      const core = await world.core()
      const { id, feed } = await share(core, ['one'])
      equal([await core.delete(id), await core.delete(id)], [true, false], 'what delete resolved with')
      await rejects(feed.get(0), 'ERR_CLOSED', 'get on a handle of the deleted feed')
      for await (const _ of core.list()) throw new Error('the deleted feed is listed')
      const again = core.get(id)
      await again.open()
      equal([again.has(0), again.blocks], [false, 0], 'has and blocks')
    }
  ),
  stackCase(
    'core.misuse',
    'ids, keys and indexes that are none are refused before anything happens',
    quote('Feed', 'Indexes that are not whole numbers of at least 0 are a `RangeError`.'),
    async (world) => {
      const core = await world.core()
      for (const id of ['', 'xyz', 'ab'.repeat(31), 'zz'.repeat(32), new Uint8Array(31), null, undefined, 5]) {
        throws(() => core.get(id as string), TypeError, 'get')
        await rejects(core.delete(id as string), TypeError, 'delete')
      }
      const { feed } = await share(core, ['one'])
      for (const index of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '1', null]) {
        await rejects(feed.get(index as number), RangeError, 'get')
        throws(() => feed.has(index as number), RangeError, 'has')
        await rejects(readAll(feed, { start: index as number }), RangeError, 'read')
      }
    }
  ),
  stackCase(
    'core.close',
    'after close every call is refused with a ClosedError, and close may be called again',
    quote('Core.close', 'Ends all streams, closes all feeds and the store. Resolves when nothing is left.'),
    async (world) => {
      const core = await world.core()
      const { id, feed } = await share(core, ['one'])
      await Promise.all([core.close(), core.close()])
      throws(() => core.add(), 'ERR_CLOSED', 'add')
      throws(() => core.get(id), 'ERR_CLOSED', 'get')
      throws(() => core.replicate(), 'ERR_CLOSED', 'replicate')
      await rejects(feed.get(0), 'ERR_CLOSED', "a feed's get")
      await rejects(core.open(), 'ERR_CLOSED', 'open')
    }
  )
]
