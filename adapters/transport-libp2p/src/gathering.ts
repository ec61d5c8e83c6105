import { Uint8ArrayList } from 'uint8arraylist'

/** What is gathered at most, in bytes: about sixteen messages of the encryption, so that one more for the rest is little. */
export const GATHERED_BYTES = 1024 * 1024

/** Chunks below so many bytes are copied into pages: libp2p takes quadratic time for a list of very many arrays. */
const SMALL_BYTES = 1024
const PAGE_BYTES = 4 * 1024

/** Microtasks within which a source that has more at hand gives it, through a few generators that it is wrapped in. */
const PATIENCE = 32

/**
 * Chunks that come in one go, to be sent together, none but small ones copied. libp2p makes a frame of the muxer and
 * messages of the encryption of each send by itself, and the remote answers each frame with a sign of room: a short
 * chunk costs as much as a long one.
 */
export class Gathering {
  readonly #most: number
  readonly #send: (bytes: Uint8ArrayList) => void
  readonly #failed: (thrown: unknown) => void
  #held = new Uint8ArrayList()
  /** Small chunks, one after the other. */
  #page = new Uint8Array(0)
  /** Where in the page begins what is not in the list yet, and where it ends. */
  #start = 0
  #end = 0
  #added = 0
  #waiting = false

  /**
   * `most` bytes are gathered before they are sent; with 0 each chunk by itself. What `send` throws goes to who called
   * {@link add} or {@link flush}, or else to `failed`.
   */
  constructor(most: number, send: (bytes: Uint8ArrayList) => void, failed: (thrown: unknown) => void) {
    this.#most = most
    this.#send = send
    this.#failed = failed
  }

  /** Bytes that have not been sent yet. */
  get bytes(): number {
    return this.#held.byteLength + this.#end - this.#start
  }

  /** Takes a chunk, which is only read. It is sent when enough is there, or soon. */
  add(chunk: Uint8Array): void {
    this.#added++
    if (chunk.byteLength < SMALL_BYTES) this.#copy(chunk)
    else {
      this.#listCopied()
      this.#held.append(chunk)
    }
    if (this.bytes >= this.#most) this.flush()
    else if (!this.#waiting) this.#wait(this.#added, PATIENCE)
  }

  /** Sends what is there. */
  flush(): void {
    if (this.bytes === 0) return
    this.#listCopied()
    const held = this.#held
    this.#held = new Uint8ArrayList()
    this.#send(held)
  }

  #copy(chunk: Uint8Array): void {
    if (this.#end + chunk.byteLength > this.#page.byteLength) {
      this.#listCopied()
      this.#page = new Uint8Array(PAGE_BYTES)
      this.#start = 0
      this.#end = 0
    }
    this.#page.set(chunk, this.#end)
    this.#end += chunk.byteLength
  }

  #listCopied(): void {
    if (this.#end > this.#start) this.#held.append(this.#page.subarray(this.#start, this.#end))
    this.#start = this.#end
  }

  /** Sends what is there once nothing more has come for as long as a source at work takes. */
  #wait(added: number, patience: number): void {
    this.#waiting = true
    queueMicrotask(() => {
      if (this.#added !== added) return this.#wait(this.#added, PATIENCE)
      if (patience > 0) return this.#wait(added, patience - 1)
      this.#waiting = false
      try {
        this.flush()
      } catch (error) {
        this.#failed(error)
      }
    })
  }
}
