import type { Storage } from '@anyfeed/interfaces'
import { equal } from '../assert/equal.ts'
import { codeOf, rejects } from '../assert/fails.ts'
import { ok, present } from '../assert/ok.ts'
import { seededBytes } from '../bytes/seeded.ts'
import { textOf } from '../bytes/text.ts'
import { quote } from '../suite/case.ts'
import { block, bytes32, leaf, makeFeed, record } from './fixtures.ts'
import { hasMember, needs, storageCase } from './storage-case.ts'
import { whileCommitting } from './while-committing.ts'

const byHash = quote(
  'Storage.findBlock',
  'The bytes of a block whose leaf has this hash (32 bytes), if any feed of the store holds one'
)

/** Finding blocks by what they are. */
export const byContentCases = [
  storageCase(
    'find-block.in-any-feed',
    'a block is found by the hash of its leaf in whatever feed it is, and nothing where no feed has such a block',
    byHash.concat(quote('Storage.openFeed', 'A key of another length is a `RangeError`, here and below.')),
    async (world) => {
      const contents = [new Uint8Array(0), seededBytes(1, 1), seededBytes(700, 2), seededBytes(100_000, 3)]
      await makeFeed(world.storage, 'a', contents.slice(0, 2), { id: bytes32('id') })
      await makeFeed(world.storage, 'b', contents.slice(2))
      // Of this one only the node is here.
      const absent = block(7, 'absent')
      await world.storage.createFeed(bytes32('c')).commit({ record: record('c', { blocks: 8 }), nodes: [leaf(absent)] })
      const check = async () => {
        for (const content of contents) equal(await findBlock(world.storage, content), content, 'the block')
        equal(await findBlock(world.storage, 'absent'), undefined, 'a block of which only the node is here')
        equal(await findBlock(world.storage, 'unknown'), undefined, 'a block that was never here')
        // A hash that begins or ends as that of a block does.
        for (const place of [0, 31]) {
          const near = block(0, contents[2] as Uint8Array).hash.map((byte, i) => (i === place ? byte ^ 1 : byte))
          equal(await world.storage.findBlock?.(near), undefined, 'a block whose hash is nearly that of another')
        }
        await rejects(findByHash(world.storage, new Uint8Array(31)), RangeError, 'findBlock with 31 bytes')
      }
      await check()
      if (!world.persistent) return
      await world.reopen()
      await check()
    },
    hasMember('findBlock')
  ),
  storageCase(
    'find-block.last-holder',
    'a block is found until the last place of the last feed has given it up, and again when it comes back',
    byHash.concat(quote('FeedChange.dropped', 'Afterwards `getBlock` gives `undefined` for them')),
    async ({ storage }) => {
      const found = async () => {
        const data = await findBlock(storage, 'same')
        return data && textOf(data)
      }
      const a = await makeFeed(storage, 'a', ['same', 'same', 'other'])
      await makeFeed(storage, 'b', ['same'])
      await a.commit({ dropped: [0] })
      equal(await found(), 'same', 'the block after one of its places was dropped')
      const instead = block(1, 'instead')
      await a.commit({ blocks: [instead], nodes: [leaf(instead)] })
      equal(await found(), 'same', 'the block after another one was overwritten')
      await storage.deleteFeed(bytes32('b'))
      equal(await found(), undefined, 'the block when nobody has it')
      const back = block(5, 'same')
      await a.commit({ blocks: [back], nodes: [leaf(back)] })
      equal(await found(), 'same', 'the block that came back')
      await storage.deleteFeed(bytes32('a'))
      equal(await found(), undefined, 'the block after its feed was deleted')
    },
    hasMember('findBlock')
  ),
  storageCase(
    'find-block.is-never-changed',
    'bytes that were found keep, whatever becomes of the block',
    quote('Storage.findBlock', 'the caller only reads them, and hashes them before it believes it'),
    async ({ storage }) => {
      const feed = await makeFeed(storage, 'a', ['one', 'two'])
      const found = [present(await findBlock(storage, 'one'), 'one'), present(await findBlock(storage, 'two'), 'two')]
      const other = block(0, 'other')
      await feed.commit({ blocks: [other], nodes: [leaf(other)], dropped: [1] })
      equal(found.map(textOf), ['one', 'two'], 'what was found')
      await storage.deleteFeed(bytes32('a'))
      equal(found.map(textOf), ['one', 'two'], 'what was found, after the feed was deleted')
    },
    hasMember('findBlock')
  ),
  storageCase(
    'find-block.while-committing',
    'a block that one feed holds throughout is found while others take it and give it up',
    byHash.concat(quote('FeedStorage', 'every member may be called while others are under way')),
    async ({ storage }) => {
      await makeFeed(storage, 'holder', ['same'])
      const other = await makeFeed(storage, 'other', ['own'])
      let reads = 0
      await whileCommitting(
        async (round) => {
          const same = block(1, 'same')
          await other.commit(round % 2 === 1 ? { blocks: [same], nodes: [leaf(same)] } : { dropped: [1] })
        },
        async () => {
          const found = await Promise.all([findBlock(storage, 'same'), findBlock(storage, 'own')])
          equal(
            found.map((data) => data && textOf(data)),
            ['same', 'own'],
            'what was found'
          )
          reads++
        }
      )
      ok(reads > 0, 'nothing was read meanwhile')
    },
    hasMember('findBlock')
  ),
  storageCase(
    'find-block.closed',
    'no block is found before the store is open, nor after it was closed',
    quote('Storage', 'All members but `supports` reject with a {@link ClosedError} after `close`'),
    async (world) => {
      const unopened = await world.create()
      await rejects(findBlock(unopened, 'one'), 'ERR_CLOSED', 'findBlock before open')
      await makeFeed(world.storage, 'a', ['one'])
      await world.storage.close()
      await rejects(findBlock(world.storage, 'one'), 'ERR_CLOSED', 'findBlock after close')
    },
    hasMember('findBlock')
  ),
  storageCase(
    'find-block.failures',
    'a search that fails rejects with a StorageError, and works again when the medium does',
    quote('FeedStorage', 'a failed read rejects with a {@link StorageError}'),
    async (world) => {
      await makeFeed(world.storage, 'a', ['one'])
      if (world.persistent) await world.reopen()
      const mend = present(world.options.failReads, 'failReads')(world.storage)
      try {
        equal(await findBlock(world.storage, 'one'), block(0, 'one').data, 'the block')
      } catch (error) {
        if (codeOf(error) !== 'ERR_STORAGE') throw error
      } finally {
        mend()
      }
      equal(await findBlock(world.storage, 'one'), block(0, 'one').data, 'the block')
    },
    (options) => hasMember('findBlock')(options) ?? needs('failReads')(options)
  )
]

function findBlock(storage: Storage, content: string | Uint8Array): Promise<Uint8Array | undefined> {
  return findByHash(storage, block(0, content).hash)
}

async function findByHash(storage: Storage, leaf: Uint8Array): Promise<Uint8Array | undefined> {
  ok(storage.findBlock !== undefined, 'findBlock is not there')
  return storage.findBlock(leaf)
}
