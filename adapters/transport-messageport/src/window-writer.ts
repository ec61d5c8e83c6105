import { type ChunkWriter, chunkCost } from '@anyfeed/adapter-kit'

/** What a sending direction does to the outside. */
export interface Outgoing {
  /** Sends a chunk, which is only read. */
  write(chunk: Uint8Array): void
  /** Tells the remote that no more comes. */
  end(): void
  abort(reason: Error): void
}

/** Writes to the remote as far as its window goes. */
export class WindowWriter implements ChunkWriter {
  readonly #outgoing: Outgoing
  #window: number
  #ended = false

  /** `window`: the bytes that the remote takes in before it has read any. */
  constructor(window: number, outgoing: Outgoing) {
    this.#window = window
    this.#outgoing = outgoing
  }

  /** Whether the remote was told of the end. */
  get ended(): boolean {
    return this.#ended
  }

  /** The remote has read so many bytes more. */
  opened(bytes: number): void {
    this.#window += bytes
  }

  write(chunk: Uint8Array): boolean {
    this.#outgoing.write(chunk)
    this.#window -= chunkCost(chunk)
    return this.hasRoom()
  }

  hasRoom(): boolean {
    return this.#window > 0
  }

  end(): undefined {
    this.#ended = true
    this.#outgoing.end()
  }

  abort(reason: Error): void {
    this.#outgoing.abort(reason)
  }
}
