import type { StorageSuiteOptions } from '@anyfeed/conformance'
import { type FeedChange, type FeedRecord, type FeedStorage, type Storage, StorageError } from '@anyfeed/interfaces'
import { memoryStorage } from '@anyfeed/storage-memory'

/** What is put around a good store: members of feeds and of the store that replace its own. */
export interface StorageFault {
  readonly feed?: (feed: FeedStorage, storage: Storage) => Partial<FeedStorage>
  readonly store?: (storage: Storage) => Partial<Storage>
}

/** A good store, or the same with a fault. */
export function faulty(storage: Storage, { feed: feedFault = () => ({}), store = () => ({}) }: StorageFault): Storage {
  const wrapped = new Map<FeedStorage, FeedStorage>()
  const wrap = (feed: FeedStorage): FeedStorage => {
    const known = wrapped.get(feed)
    if (known !== undefined) return known
    const made: FeedStorage = {
      get record() {
        return feed.record
      },
      commit: (change, options) => feed.commit(change, options),
      getBlock: (index, options) => feed.getBlock(index, options),
      getBlocks: (start, end, options) => read(feed, start, end, options),
      expect() {},
      getNodes: (indexes) => feed.getNodes(indexes),
      getHave: () => feed.getHave()
    }
    Object.defineProperties(made, Object.getOwnPropertyDescriptors(feedFault(feed, storage)))
    wrapped.set(feed, made)
    return made
  }
  const found = async (feed: Promise<FeedStorage | undefined>) => {
    const there = await feed
    return there && wrap(there)
  }
  return {
    supports: storage.supports,
    open: () => storage.open(),
    feeds: (options) => storage.feeds(options),
    openFeed: (key) => found(storage.openFeed(key)),
    findFeed: (id) => found(storage.findFeed(id)),
    findBlock: (leaf) => find(storage, leaf),
    createFeed: (key) => wrap(storage.createFeed(key)),
    deleteFeed: (key) => storage.deleteFeed(key),
    close: () => storage.close(),
    ...store(storage)
  }
}

type GetBlocks = NonNullable<FeedStorage['getBlocks']>

/** Both optional members are there. */
const read = (feed: FeedStorage, ...args: Parameters<GetBlocks>) => (feed.getBlocks as GetBlocks)(...args)
const find = (storage: Storage, leaf: Uint8Array) => (storage.findBlock as NonNullable<Storage['findBlock']>)(leaf)

/** A good store whose medium can be made unreadable. */
function readable(): { readonly storage: Storage; readonly medium: { broken: boolean } } {
  const medium = { broken: false }
  const check = async () => {
    if (medium.broken) throw new StorageError('the medium cannot be read')
  }
  const storage = faulty(memoryStorage(), {
    feed: (feed) => ({
      getBlock: (index, options) => check().then(() => feed.getBlock(index, options)),
      getBlocks: (start, end, options) => check().then(() => read(feed, start, end, options)),
      getNodes: (indexes) => check().then(() => feed.getNodes(indexes)),
      getHave: () => check().then(() => feed.getHave())
    }),
    store: (storage) => ({ findBlock: (leaf) => check().then(() => find(storage, leaf)) })
  })
  return { storage, medium }
}

export function storageOptions(fault: StorageFault = {}): StorageSuiteOptions {
  const media = new Map<Storage, { broken: boolean }>()
  return {
    name: 'a store in memory',
    create() {
      const { storage, medium } = readable()
      const made = faulty(storage, fault)
      media.set(made, medium)
      return made
    },
    supports: memoryStorage().supports,
    optional: ['findBlock', 'getBlocks', 'expect'],
    failReads(storage) {
      const medium = media.get(storage) as { broken: boolean }
      medium.broken = true
      return () => {
        medium.broken = false
      }
    }
  }
}

/** The stores whose last commit has dropped something. */
const lost = new WeakSet<Storage>()

/** Each fault, with the case that is made for it. */
export const storageFaults: ReadonlyArray<readonly [fault: string, caseName: string, StorageFault]> = [
  [
    'loses the last block of a batch',
    'storage.commit.large-batch',
    {
      feed: (feed) => ({
        commit: (change, options) => feed.commit({ ...change, blocks: change.blocks?.slice(0, 999) ?? [] }, options)
      })
    }
  ],
  [
    "returns a neighbour's block where one is missing",
    'storage.commit.neighbours',
    {
      feed: (feed) => ({
        getBlock: async (index, options) => (await feed.getBlock(index, options)) ?? (await feed.getBlock(index + 1))
      })
    }
  ],
  [
    'acknowledges before it writes',
    'storage.concurrency.read-after-commit',
    {
      feed: (feed) => ({
        async commit(change, options) {
          if (feed.record === undefined) return feed.commit(change, options)
          setImmediate(() => feed.commit(change, options).catch(() => {}))
        }
      })
    }
  ],
  [
    'reports failures as missing',
    'storage.failures.are-not-missing',
    { feed: (feed) => ({ getBlock: (index, options) => feed.getBlock(index, options).catch(() => undefined) }) }
  ],
  [
    'hands out its own buffers',
    'storage.buffers.blocks-belong-to-reader',
    { feed: (feed) => ({ getBlock: (index) => feed.getBlock(index, { shared: true }) }) }
  ],
  [
    'makes a part of a commit visible before the rest',
    'storage.concurrency.whole-or-not-at-all',
    {
      feed: (feed) => ({
        async commit({ nodes = [], ...change }, options) {
          if (feed.record === undefined) return feed.commit({ ...change, nodes }, options)
          for (const node of nodes) {
            await feed.commit({ nodes: [node] })
            await new Promise(setImmediate)
          }
          await feed.commit(change, options)
        }
      })
    }
  ],
  [
    'lets small commits overtake large ones',
    'storage.concurrency.commits-in-order',
    {
      feed: (feed) => ({
        async commit(change, options) {
          const bytes = (change.blocks ?? []).reduce((sum, { data }) => sum + data.length, 0)
          for (let turn = 0; turn < bytes / 40_000; turn++) await new Promise(setImmediate)
          await feed.commit(change, options)
        }
      })
    }
  ],
  [
    'has keys that collide by their first bytes',
    'storage.feeds.keys-alike',
    { store: (storage) => ({ openFeed: (key) => openByPrefix(storage, key) }) }
  ],
  [
    'keeps the blocks of a deleted feed readable',
    'storage.deletion.gone-for-all',
    { store: () => ({ deleteFeed: async () => {} }) }
  ],
  [
    'drops the nodes along with the blocks',
    'storage.commit.drops-blocks',
    {
      feed: (feed) => {
        const gone = new Set<number>()
        return {
          async commit(change, options) {
            for (const index of change.dropped ?? []) gone.add(2 * index)
            await feed.commit(change, options)
          },
          getNodes: async (indexes) => {
            const nodes = await feed.getNodes(indexes)
            return nodes.map((hash, i) => (gone.has(indexes[i] as number) ? undefined : hash))
          }
        }
      }
    }
  ],
  [
    'takes an id twice',
    'storage.commit.id-taken',
    {
      feed: (feed) => ({
        commit: (change, options) =>
          feed.commit(change, options).catch((error: unknown) => {
            if (!(error instanceof StorageError)) throw error
          })
      })
    }
  ],
  [
    'gives have pages in the order of their writing',
    'storage.commit.have-pages',
    { feed: (feed) => ({ getHave: async () => (await feed.getHave()).reverse() }) }
  ],
  [
    'cuts indexes to 32 bits',
    'storage.commit.large-indexes',
    { feed: (feed) => ({ getNodes: (indexes) => feed.getNodes(indexes.map((index) => index % 2 ** 32)) }) }
  ],
  [
    'forgets the unfinished feeds when it lists',
    'storage.feeds.listing',
    {
      store: (storage) => ({
        async *feeds(options): AsyncGenerator<FeedRecord> {
          for await (const record of storage.feeds(options)) if (record.id !== undefined) yield record
        }
      })
    }
  ],
  [
    'leaves out the missing blocks among neighbours',
    'storage.get-blocks.as-get-block',
    {
      feed: (feed) => ({
        getBlocks: async (...args) => (await read(feed, ...args)).filter((data) => data !== undefined)
      })
    }
  ],
  [
    'stops before the block that passes the mark',
    'storage.get-blocks.bytes',
    {
      feed: (feed) => ({
        async getBlocks(start, end, options) {
          const blocks = await read(feed, start, end, options)
          return start + blocks.length < end && blocks.length > 1 ? blocks.slice(0, -1) : blocks
        }
      })
    }
  ],
  [
    'hands out its own buffers where neighbours are read',
    'storage.get-blocks.belong-to-reader',
    { feed: (feed) => ({ getBlocks: (start, end, options) => read(feed, start, end, { ...options, shared: true }) }) }
  ],
  [
    'reports failures as missing where neighbours are read',
    'storage.get-blocks.failures',
    {
      feed: (feed) => ({
        getBlocks: (start, end, options) =>
          read(feed, start, end, options).catch(() => new Array<undefined>(end - start).fill(undefined))
      })
    }
  ],
  [
    'remembers neighbours that were read before',
    'storage.get-blocks.while-committing',
    {
      feed: (feed) => {
        const known = new Map<string, Array<Uint8Array | undefined>>()
        return {
          async getBlocks(start, end, options) {
            const key = `${start} ${end} ${options.bytes}`
            const blocks = known.get(key) ?? (await read(feed, start, end, options))
            known.set(key, blocks)
            return blocks
          }
        }
      }
    }
  ],
  [
    'takes what it was to expect for what it has',
    'storage.expect.changes-nothing',
    {
      feed: (feed) => {
        const known = new Set<string>()
        return {
          expect(hashes) {
            for (const hash of hashes) known.add(hash.join())
          },
          commit: ({ blocks = [], ...change }, options) =>
            feed.commit({ ...change, blocks: blocks.filter(({ hash }) => !known.has(hash.join())) }, options)
        }
      }
    }
  ],
  [
    'refuses to expect anything of a feed that was deleted',
    'storage.expect.never-throws',
    {
      store: (storage) => ({
        async deleteFeed(key) {
          await storage.deleteFeed(key)
          lost.add(storage)
        }
      }),
      feed: (_feed, storage) => ({
        expect() {
          if (lost.has(storage)) throw new Error('the feed was deleted')
        }
      })
    }
  ],
  [
    'knows contents by the first bytes of their hashes',
    'storage.find-block.in-any-feed',
    {
      store: (storage) => {
        const known = new Map<string, Uint8Array>()
        return {
          async findBlock(leaf) {
            const key = leaf.subarray(0, 16).join()
            const data = known.get(key) ?? (await find(storage, leaf))
            if (data !== undefined) known.set(key, data)
            return data
          }
        }
      }
    }
  ],
  [
    'finds what no feed holds any more',
    'storage.find-block.last-holder',
    {
      store: (storage) => {
        const known = new Map<string, Uint8Array>()
        return {
          async findBlock(leaf) {
            const data = (await find(storage, leaf)) ?? known.get(leaf.join())
            if (data !== undefined) known.set(leaf.join(), data)
            return data
          }
        }
      }
    }
  ],
  [
    'loses content with the first feed that gives it up',
    'storage.find-block.while-committing',
    {
      feed: (feed, storage) => ({
        commit(change, options) {
          if (change.dropped === undefined) lost.delete(storage)
          else lost.add(storage)
          return feed.commit(change, options)
        }
      }),
      store: (storage) => ({ findBlock: async (leaf) => (lost.has(storage) ? undefined : find(storage, leaf)) })
    }
  ],
  ['works on after close', 'storage.close.ends-everything', { store: () => ({ close: async () => {} }) }],
  [
    'says that it is more durable than it is',
    'storage.durability.as-claimed',
    {
      feed: (feed) => ({
        commit: (change: FeedChange) => feed.commit(change)
      })
    }
  ]
]

async function openByPrefix(storage: Storage, key: Uint8Array): Promise<FeedStorage | undefined> {
  const exact = await storage.openFeed(key)
  if (exact !== undefined) return exact
  for await (const record of storage.feeds()) {
    if (record.key.subarray(0, 15).join() === key.subarray(0, 15).join()) return storage.openFeed(record.key)
  }
  return undefined
}
