import type { TreeNode } from '@anyfeed/interfaces'

/** The most requests of one peer that wait for their turn. hypercore 1.x keeps 20 in flight; ours at most 4,096. */
export const MAX_QUEUED = 8192
/** Blocks are read ahead up to about this many bytes, and this many blocks. */
const BATCH_BYTES = 512 * 1024
const BATCH_BLOCKS = 16

/** A request that a peer sent. */
export interface Upload {
  readonly block: number
  /** Reads the block and its proof; `undefined` when it is not here. */
  read(): Promise<{ data: Uint8Array; proof: readonly TreeNode[] } | undefined>
  /** Sends what was read. */
  send(data: Uint8Array, proof: readonly TreeNode[]): void
  /** The read failed: the requester will time out and ask somebody else. */
  failed(error: Error): void
}

/**
 * Answers one peer's requests in their order, and reads no block before there is room for it in the outbox: a peer that
 * asks but does not read costs `highWater` and one batch of blocks.
 */
export class Uploader {
  readonly #hasRoom: () => boolean
  readonly #queue = new Set<Upload>()
  #running = false
  #largest = BATCH_BYTES

  constructor(hasRoom: () => boolean) {
    this.#hasRoom = hasRoom
  }

  get size(): number {
    return this.#queue.size
  }

  add(upload: Upload): void {
    this.#queue.add(upload)
    this.resume()
  }

  /** Forgets a request; returns whether it was still waiting. */
  delete(upload: Upload): boolean {
    return this.#queue.delete(upload)
  }

  /** There may be room again. */
  resume(): void {
    if (!this.#running && this.#queue.size > 0 && this.#hasRoom()) void this.#run()
  }

  stop(): void {
    this.#queue.clear()
  }

  async #run(): Promise<void> {
    this.#running = true
    while (this.#queue.size > 0 && this.#hasRoom()) {
      const batch = this.#takeBatch()
      const results = await Promise.allSettled(batch.map((upload) => upload.read()))
      this.#largest = 1
      for (const [i, result] of results.entries()) {
        const upload = batch[i] as Upload
        if (result.status === 'rejected') upload.failed(result.reason)
        else if (result.value !== undefined) {
          this.#largest = Math.max(this.#largest, result.value.data.length)
          upload.send(result.value.data, result.value.proof)
        }
      }
    }
    this.#running = false
  }

  #takeBatch(): Upload[] {
    const most = Math.max(1, Math.min(BATCH_BLOCKS, Math.floor(BATCH_BYTES / this.#largest)))
    const batch: Upload[] = []
    for (const upload of this.#queue) {
      if (batch.length === most) break
      batch.push(upload)
      this.#queue.delete(upload)
    }
    return batch
  }
}
