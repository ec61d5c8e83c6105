import { type ByteKey, byteKey } from './byte-key.ts'
import type { PooledBlock } from './pooled-block.ts'
import { SharedBuffer } from './shared-buffer.ts'

/** What buffers may have together of which it is not known yet how much will be kept. */
const OPEN_BYTES = 4 * 1024 * 1024

/**
 * The blocks of all feeds of a store, each once, by their hash.
 *
 * Blocks are kept where they came, which may be parts of a larger buffer. Of no buffer less than half is kept, but for
 * the latest, 4 MiB at most, of which more blocks may come.
 */
export class BlockPool {
  readonly #blocks = new Map<ByteKey, PooledBlock>()
  /** Buffers of which more blocks may come, the oldest first. */
  readonly #open = new Map<ArrayBufferLike, SharedBuffer>()
  #openBytes = 0

  /** Takes over `data`, unless a block of this hash is here; one more reference either way. */
  take(hash: Uint8Array, data: Uint8Array): PooledBlock {
    const key = byteKey(hash)
    let block = this.#blocks.get(key)
    if (block === undefined) {
      block = { key, data, references: 0, buffer: undefined }
      this.#blocks.set(key, block)
      const { byteLength } = data.buffer
      if (data.byteLength * 2 < byteLength) {
        if (byteLength > OPEN_BYTES) block.data = new Uint8Array(data)
        else this.#bufferOf(data).add(block)
      }
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
    if (block.references > 0) return
    this.#blocks.delete(block.key)
    block.buffer?.released(block)
  }

  /** Nothing more is expected of the buffers that came so far. */
  settle(): void {
    for (const buffer of this.#open.values()) buffer.close()
    this.#open.clear()
    this.#openBytes = 0
  }

  #bufferOf({ buffer }: Uint8Array): SharedBuffer {
    const known = this.#open.get(buffer)
    if (known !== undefined) return known
    const shared = new SharedBuffer(buffer.byteLength)
    this.#openBytes += shared.size
    for (const [oldest, { size }] of this.#open) {
      if (this.#openBytes <= OPEN_BYTES) break
      this.#open.get(oldest)?.close()
      this.#open.delete(oldest)
      this.#openBytes -= size
    }
    this.#open.set(buffer, shared)
    return shared
  }
}
