import type { Durability, FeedChange, FeedRecord, FeedStorage, StoredBlock } from '@anyfeed/interfaces'
import { copyBytes } from '../bytes/copy.ts'
import { toUtf8 } from '../bytes/utf8.ts'
import type { MerkleBuilder } from '../tree/merkle-builder.ts'
import type { TreeHash } from '../tree/tree-hash.ts'
import { Batches } from './batches.ts'

interface Append {
  readonly blocks: ReadonlyArray<{ readonly hash: Uint8Array; readonly data: Uint8Array }>
  resolve(): void
  reject(error: Error): void
}

/** Appends to an unfinished feed. The tree advances only with what the store has taken. */
export class Writer {
  readonly #key: Uint8Array
  readonly #hash: TreeHash
  readonly #storage: FeedStorage
  readonly #durability: Durability
  readonly #onAppended: () => void
  #builder: MerkleBuilder
  #byteLength: number
  readonly #appends = new Batches<Append>({
    store: (batch) => this.#commit(batch.flatMap(({ blocks }) => blocks)),
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
    options: { key: Uint8Array; durability: Durability; onAppended: () => void }
  ) {
    this.#key = options.key
    this.#hash = hash
    this.#storage = storage
    this.#builder = builder
    this.#byteLength = storage.record?.byteLength ?? 0
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
   * Appends blocks, which are hashed before this returns, and copied unless they were transferred. Resolves once they
   * are stored. After a failure, what was queued behind fails too, because it was meant to follow; later calls go on
   * from what is stored.
   */
  append(values: ReadonlyArray<Uint8Array | string>, transfer: boolean): Promise<void> {
    const blocks = values.map((value) => {
      const data = typeof value === 'string' ? toUtf8(value) : transfer ? value : copyBytes(value)
      return { data, hash: this.#hash.leaf(data) }
    })
    return new Promise((resolve, reject) => {
      this.#appends.add({ blocks, resolve, reject })
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

  async #commit(added: Append['blocks']): Promise<void> {
    if (added.length === 0) return
    const builder = this.#builder.clone()
    const nodes = builder.append(added.map(({ hash }) => hash))
    const blocks: StoredBlock[] = []
    let byteLength = this.#byteLength
    for (const { hash, data } of added) {
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
