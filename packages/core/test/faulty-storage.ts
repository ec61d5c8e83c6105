import { type FeedChange, type FeedStorage, type Storage, StorageError } from '@anyfeed/interfaces'
import { memoryStorage } from '@anyfeed/storage-memory'

type Call = 'open' | 'findFeed' | 'openFeed' | 'commit' | 'getBlock' | 'getNodes' | 'getHave'

/** Memory whose calls fail on demand, are counted, and can be held up; and whose bytes can be damaged. */
export class FaultyStorage implements Storage {
  readonly supports = { ...memoryStorage().supports, checksums: false }
  readonly calls: Record<Call, number> = {
    open: 0,
    findFeed: 0,
    openFeed: 0,
    commit: 0,
    getBlock: 0,
    getNodes: 0,
    getHave: 0
  }
  /** Calls that fail, as long as they are in it. */
  readonly failing = new Set<Call>()
  /** Commits wait for this. */
  gate: Promise<void> = Promise.resolve()
  /** Blocks, by index, that come back damaged. */
  readonly damagedBlocks = new Set<number>()
  readonly damagedNodes = new Set<number>()
  readonly commits: FeedChange[] = []
  /** The hashes of blocks that it was told to expect. */
  readonly expected: Uint8Array[] = []
  readonly #inner: Storage
  readonly #wrapped = new Map<FeedStorage, FeedStorage>()

  constructor(inner: Storage = memoryStorage()) {
    this.#inner = inner
  }

  async open(): Promise<void> {
    this.#call('open')
    await this.#inner.open()
  }

  feeds: Storage['feeds'] = (options) => this.#inner.feeds(options)

  async openFeed(key: Uint8Array): Promise<FeedStorage | undefined> {
    this.#call('openFeed')
    return this.#wrap(await this.#inner.openFeed(key))
  }

  async findFeed(id: Uint8Array): Promise<FeedStorage | undefined> {
    this.#call('findFeed')
    return this.#wrap(await this.#inner.findFeed(id))
  }

  createFeed(key: Uint8Array): FeedStorage {
    return this.#wrap(this.#inner.createFeed(key)) as FeedStorage
  }

  deleteFeed = (key: Uint8Array): Promise<void> => this.#inner.deleteFeed(key)
  close = (): Promise<void> => this.#inner.close()

  #call(name: Call): void {
    this.calls[name]++
    if (this.failing.has(name)) throw new StorageError(`${name} fails, as it was told to`)
  }

  #wrap(feed: FeedStorage | undefined): FeedStorage | undefined {
    if (feed === undefined) return undefined
    const before = this.#wrapped.get(feed)
    if (before !== undefined) return before
    const call = (name: Call) => this.#call(name)
    const storage = this
    const wrapped: FeedStorage = {
      get record() {
        return feed.record
      },
      async commit(change, options) {
        await storage.gate
        call('commit')
        storage.commits.push(change)
        await feed.commit(change, options)
        for (const { index } of change.blocks ?? []) storage.damagedBlocks.delete(index)
        for (const { index } of change.nodes ?? []) storage.damagedNodes.delete(index)
      },
      expect(hashes) {
        storage.expected.push(...hashes)
      },
      async getBlock(index, options) {
        call('getBlock')
        const data = await feed.getBlock(index, options)
        return data !== undefined && storage.damagedBlocks.has(index) ? altered(data) : data
      },
      async getNodes(indexes) {
        call('getNodes')
        const hashes = await feed.getNodes(indexes)
        return hashes.map((hash, i) => (hash && storage.damagedNodes.has(indexes[i] as number) ? altered(hash) : hash))
      },
      async getHave() {
        call('getHave')
        return feed.getHave()
      }
    }
    this.#wrapped.set(feed, wrapped)
    return wrapped
  }
}

function altered(bytes: Uint8Array): Uint8Array {
  if (bytes.length === 0) return Uint8Array.of(1)
  const copy = bytes.slice()
  copy[0] = (copy[0] as number) ^ 1
  return copy
}
