import { type ByteKey, byteKey } from './byte-key.ts'

/** One copy of a block's bytes, and how many places of how many feeds hold it. */
export interface PooledBlock {
  readonly key: ByteKey
  readonly data: Uint8Array
  references: number
}

/** The blocks of all feeds of a store, each once, by their hash. */
export class BlockPool {
  readonly #blocks = new Map<ByteKey, PooledBlock>()

  /**
   * Takes over `data`, unless a block of this hash is here; one more reference either way. `kept`: how many bytes of its
   * buffer are kept together.
   */
  take(hash: Uint8Array, data: Uint8Array, kept = data.byteLength): PooledBlock {
    const key = byteKey(hash)
    let block = this.#blocks.get(key)
    if (block === undefined) {
      block = { key, data: unpinned(data, kept), references: 0 }
      this.#blocks.set(key, block)
    }
    block.references++
    return block
  }

  /** The bytes of the block with this hash. */
  get(hash: Uint8Array): Uint8Array | undefined {
    return this.#blocks.get(byteKey(hash))?.data
  }

  /** One reference less; the last one frees the block. */
  release(block: PooledBlock): void {
    block.references--
    if (block.references === 0) this.#blocks.delete(block.key)
  }
}

/** A view on a small part of a buffer keeps all of the buffer in memory: below half of it, a copy is cheaper. */
function unpinned(data: Uint8Array, kept: number): Uint8Array {
  return kept * 2 < data.buffer.byteLength ? new Uint8Array(data) : data
}
