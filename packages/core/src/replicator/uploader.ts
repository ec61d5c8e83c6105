import { ProtocolError } from '@anyfeed/interfaces'

/** The most requests of one peer that wait for their turn. hypercore 1.x keeps 20 in flight. */
const MAX_QUEUED = 8192
/** Blocks are read ahead up to about this many bytes, by the size of the last ones. */
const BATCH_BYTES = 512 * 1024
/** So many requests for single blocks are read together at most, whatever was seen of their size: large ones may follow. */
const BATCH_BLOCKS = 4

/** What was read for a request. */
export interface Answer {
  /** How long a single block is, in bytes. */
  readonly bytes?: number
  /** Sends it. Returns whether more of the request is to be answered. */
  send(): boolean
}

/** A request that a peer sent. */
export interface Upload {
  /** What it is called among those of its kind and channel that are still to be answered, while it is one of them. */
  readonly id: number
  readonly open: Map<number, Upload>
  /** Whether it asks for more than one block. */
  readonly isRange: boolean
  /** Reads what is to be sent next; `undefined` when nothing is here. */
  read(): Promise<Answer | undefined>
  /** Says that nothing more will come, where the requester is to be told. */
  refuse?(): void
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
  #largest = BATCH_BYTES / BATCH_BLOCKS

  constructor(hasRoom: () => boolean) {
    this.#hasRoom = hasRoom
  }

  get size(): number {
    return this.#queue.size
  }

  add(upload: Upload): void {
    if (this.#queue.size >= MAX_QUEUED) throw new ProtocolError(`more than ${MAX_QUEUED} requests wait`)
    upload.open.set(upload.id, upload)
    this.#queue.add(upload)
    this.resume()
  }

  /** Forgets a request, of which nothing more is sent. */
  delete(upload: Upload): void {
    upload.open.delete(upload.id)
    this.#queue.delete(upload)
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
      const most = Math.min(BATCH_BLOCKS, Math.floor(BATCH_BYTES / this.#largest))
      const batch: Upload[] = []
      for (const upload of this.#queue) {
        if (batch.length > 0 && (upload.isRange || batch.length >= most)) break
        batch.push(upload)
        if (upload.isRange) break
      }
      const answers = await Promise.allSettled(batch.map((upload) => upload.read()))
      // Sizes that were seen once may come again: what follows large blocks is read as if it were as large for a while.
      let largest = Math.max(1, this.#largest / 2)
      for (const [i, answer] of answers.entries()) {
        const upload = batch[i] as Upload
        // It was taken back meanwhile.
        if (!this.#queue.has(upload)) continue
        let more = false
        if (answer.status === 'rejected') upload.failed(answer.reason)
        else if (answer.value) {
          largest = Math.max(largest, answer.value.bytes ?? 0)
          more = answer.value.send()
        }
        if (!more) this.delete(upload)
      }
      this.#largest = largest
    }
    this.#running = false
  }
}
