import {
  ClosedError,
  type Durability,
  type FeedChange,
  type FeedRecord,
  type FeedStorage,
  type HavePage,
  StorageError
} from '@anyfeed/interfaces'
import { BlockPages } from './block-pages.ts'
import type { BlockPool } from './block-pool.ts'
import { type ByteKey, byteKey } from './byte-key.ts'
import { NodePages } from './node-pages.ts'
import type { PooledBlock } from './pooled-block.ts'

/** One feed in memory. A commit checks everything first and then applies it in one go, so it needs no undoing. */
export class MemoryFeed implements FeedStorage {
  readonly #key: Uint8Array
  readonly #pool: BlockPool
  readonly #ids: Map<ByteKey, MemoryFeed>
  readonly #nodes = new NodePages()
  readonly #blocks = new BlockPages()
  readonly #have = new Map<number, Uint8Array>()
  #record: FeedRecord | undefined
  #closed: string | undefined

  constructor(key: Uint8Array, pool: BlockPool, ids: Map<ByteKey, MemoryFeed>) {
    this.#key = new Uint8Array(key)
    this.#pool = pool
    this.#ids = ids
  }

  get record(): FeedRecord | undefined {
    const record = this.#record
    return record && { ...record, key: new Uint8Array(record.key), id: record.id && new Uint8Array(record.id) }
  }

  get closed(): boolean {
    return this.#closed !== undefined
  }

  async commit(change: FeedChange, { durability = 'memory' }: { durability?: Durability } = {}): Promise<void> {
    this.#assertOpen()
    if (durability !== 'memory') throw new RangeError(`memory cannot make a commit survive the ${durability}`)
    this.#check(change)
    this.#apply(change)
  }

  async getBlock(index: number, { shared = false } = {}): Promise<Uint8Array | undefined> {
    this.#assertOpen()
    const data = this.#blocks.get(index)?.data
    // Not `slice`: of a Node `Buffer` that is no copy.
    return shared ? data : data && new Uint8Array(data)
  }

  async getBlocks(
    start: number,
    end: number,
    { bytes, shared = false }: { bytes: number; shared?: boolean }
  ): Promise<Array<Uint8Array | undefined>> {
    this.#assertOpen()
    const blocks: Array<Uint8Array | undefined> = []
    for (let index = start, read = 0; index < end && (index === start || read < bytes); index++) {
      const data = this.#blocks.get(index)?.data
      blocks.push(shared ? data : data && new Uint8Array(data))
      read += data?.length ?? 0
    }
    return blocks
  }

  async getNodes(indexes: readonly number[]): Promise<Array<Uint8Array | undefined>> {
    this.#assertOpen()
    return indexes.map((index) => this.#nodes.get(index))
  }

  async getHave(): Promise<HavePage[]> {
    this.#assertOpen()
    const pages = [...this.#have].sort(([a], [b]) => a - b)
    return pages.map(([page, bits]) => ({ page, bits: new Uint8Array(bits) }))
  }

  /** Frees all that the feed holds; from now on every member rejects. */
  close(reason: string): void {
    this.#closed ??= reason
    for (const block of this.#blocks.values()) this.#pool.release(block)
    const id = this.#record?.id
    if (id !== undefined && this.#ids.get(byteKey(id)) === this) this.#ids.delete(byteKey(id))
    this.#blocks.clear()
    this.#nodes.clear()
    this.#have.clear()
  }

  #check({ record, nodes = [], blocks = [] }: FeedChange): void {
    if (record === undefined && this.#record === undefined) throw new TypeError('the first commit needs a record')
    if (record !== undefined && byteKey(record.key) !== byteKey(this.#key)) {
      throw new TypeError('the record has the key of another feed')
    }
    for (const { index, hash } of nodes) assertNode(index, hash)
    for (const { index, hash } of blocks) assertNode(2 * index, hash)
    const holder = record?.id && this.#ids.get(byteKey(record.id))
    if (holder !== undefined && holder !== this) throw new StorageError('another feed has this id')
  }

  #apply({ record, nodes = [], blocks = [], dropped = [], have = [] }: FeedChange): void {
    for (const { index, hash } of nodes) this.#nodes.set(index, hash)
    const released: PooledBlock[] = []
    for (const { index, hash, data } of blocks) {
      const before = this.#blocks.get(index)
      if (before !== undefined) released.push(before)
      // The leaf of a block that is here is known, whether or not it was among the nodes.
      this.#nodes.set(2 * index, hash)
      this.#blocks.set(index, this.#pool.take(hash, data))
    }
    for (const index of dropped) {
      const before = this.#blocks.get(index)
      if (before !== undefined) released.push(before)
      this.#blocks.delete(index)
    }
    // Last, so that bytes which only change places are not given up in between.
    for (const block of released) this.#pool.release(block)
    for (const { page, bits } of have) {
      if (bits.some((byte) => byte !== 0)) this.#have.set(page, bits)
      else this.#have.delete(page)
    }
    if (record !== undefined) this.#setRecord(record)
    if (record?.complete) this.#pool.settle()
  }

  #setRecord(record: FeedRecord): void {
    if (this.#record?.id !== undefined) this.#ids.delete(byteKey(this.#record.id))
    if (record.id !== undefined) this.#ids.set(byteKey(record.id), this)
    this.#record = record
  }

  #assertOpen(): void {
    if (this.#closed !== undefined) throw new ClosedError(this.#closed)
  }
}

function assertNode(index: number, hash: Uint8Array): void {
  if (!Number.isSafeInteger(index) || index < 0) throw new RangeError(`${index} is no index`)
  if (hash.byteLength !== 32) throw new RangeError(`a hash has 32 bytes, not ${hash.byteLength}`)
}
