import type { Clock, Durability, FeedChange, FeedRecord, FeedStorage, StoredBlock, Timer } from '@anyfeed/interfaces'
import { copyBytes } from '../bytes/copy.ts'
import { toUtf8 } from '../bytes/utf8.ts'
import type { MerkleBuilder } from '../tree/merkle-builder.ts'
import type { TreeHash } from '../tree/tree-hash.ts'
import { Batches } from './batches.ts'

interface Append {
  readonly blocks: ReadonlyArray<{ readonly data: Uint8Array }>
  /** The leaves of the blocks, once they are hashed. */
  hashes: readonly Uint8Array[] | undefined
  resolve(): void
  reject(error: Error): void
}

/** Appends to an unfinished feed. The tree advances only with what the store has taken. */
export class Writer {
  readonly #key: Uint8Array
  readonly #hash: TreeHash
  readonly #storage: FeedStorage
  readonly #clock: Clock
  readonly #durability: Durability
  readonly #onAppended: () => void
  #hashing: Timer | undefined
  #builder: MerkleBuilder
  #byteLength: number
  readonly #appends = new Batches<Append>({
    store: (batch) => this.#commit(batch),
    onStored: (batch) => {
      for (const { resolve } of batch) resolve()
    },
    onFailed: (appends, error) => {
      for (const { reject } of appends) reject(error)
    }
  })

  constructor(
    hash: TreeHash,
    storage: FeedStorage,
    builder: MerkleBuilder,
    options: { key: Uint8Array; clock: Clock; durability: Durability; onAppended: () => void }
  ) {
    this.#key = options.key
    this.#hash = hash
    this.#storage = storage
    this.#builder = builder
    this.#byteLength = storage.record?.byteLength ?? 0
    this.#clock = options.clock
    this.#durability = options.durability
    this.#onAppended = options.onAppended
  }

  /** The number of blocks that are stored. */
  get blocks(): number {
    return this.#builder.blocks
  }

  /** The id that the feed has with the blocks that are stored. */
  get id(): Uint8Array {
    return this.#hash.id(this.#builder.roots)
  }

  get roots() {
    return this.#builder.roots
  }

  get byteLength(): number {
    return this.#byteLength
  }

  /**
   * Appends blocks, which are copied before this returns unless they were transferred. Resolves once they are stored.
   * After a failure, what was queued behind fails too, because it was meant to follow; later calls go on from what is
   * stored.
   */
  append(values: ReadonlyArray<Uint8Array | string>, transfer: boolean): Promise<void> {
    const blocks = values.map((value) => ({
      data: typeof value === 'string' ? toUtf8(value) : transfer ? value : copyBytes(value)
    }))
    if (this.#appends.busy) this.#hashSoon()
    return new Promise((resolve, reject) => {
      this.#appends.add({ blocks, hashes: undefined, resolve, reject })
    })
  }

  /** Resolves when everything that was queued before is stored, and rejects when some of it could not be. */
  flush(): Promise<void> {
    return this.#appends.busy ? this.append([], true) : Promise.resolve()
  }

  /** Resolves when nothing is under way. */
  idle(): Promise<void> {
    return this.#appends.idle()
  }

  /** Hashes the next batch while the store is at work: who appends when it is done must not keep it waiting by that. */
  #hashSoon(): void {
    this.#hashing ??= this.#clock.setTimeout(() => {
      this.#hashing = undefined
      for (const append of this.#appends.next()) {
        if (append.hashes !== undefined) continue
        const hashes = this.#hashesOf(append)
        this.#storage.expect?.(hashes)
      }
    }, 0)
  }

  #hashesOf(append: Append): readonly Uint8Array[] {
    append.hashes ??= append.blocks.map(({ data }) => this.#hash.leaf(data))
    return append.hashes
  }

  async #commit(appends: readonly Append[]): Promise<void> {
    if (this.#appends.next().length > 0) this.#hashSoon()
    const hashes = appends.flatMap((append) => this.#hashesOf(append))
    if (hashes.length === 0) return
    const builder = this.#builder.clone()
    const nodes = builder.append(hashes)
    const blocks: StoredBlock[] = []
    let byteLength = this.#byteLength
    for (const { data } of appends.flatMap(({ blocks }) => blocks)) {
      const hash = hashes[blocks.length] as Uint8Array
      blocks.push({ index: this.#builder.blocks + blocks.length, hash, data })
      byteLength += data.length
    }
    const record: FeedRecord = { key: this.#key, id: undefined, blocks: builder.blocks, complete: false, byteLength }
    const change: FeedChange = { record, nodes, blocks }
    await this.#storage.commit(change, { durability: this.#durability })
    this.#builder = builder
    this.#byteLength = byteLength
    this.#onAppended()
  }
}
