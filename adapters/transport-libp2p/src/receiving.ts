import { ReceiveBuffer } from '@anyfeed/adapter-kit'
import type { Stream, StreamMessageEvent } from '@libp2p/interface'

/**
 * The receiving direction of a libp2p stream, which is paused while its bound is reached.
 *
 * The stream's own iterator takes in whatever comes, reader or not, and ends just the same whether the remote ended or
 * its connection closed; so events are used instead. `remoteCloseWrite` is the only sign of an end.
 */
export class Receiving {
  readonly source: ReceiveBuffer
  readonly #stream: Stream
  readonly #bound: number
  #paused = false
  #resuming = false
  #told = false

  /** `bound` in bytes; `abort` is called when the reader leaves early. */
  constructor(stream: Stream, bound: number, abort: (reason: Error) => void) {
    this.#stream = stream
    this.#bound = bound
    this.source = new ReceiveBuffer({
      onLeave: abort,
      // All that was held back comes at once, so it is asked for only when nothing else is left to give.
      onEmpty: () => {
        if (this.#paused) this.#resume()
      }
    })
    stream.addEventListener('remoteCloseWrite', () => this.#remoteEnded())
    stream.addEventListener('message', (event) => this.#arrived(event))
    // The end may have come while libp2p was still on its way to the handler; then there is no event any more.
    if (stream.status === 'open' && stream.remoteWriteStatus === 'closed') this.#remoteEnded()
  }

  /** The link is gone: takes in what libp2p holds, then the end, or `error` where the remote had not ended. */
  over(error: () => Error): void {
    this.#settle()
    if (!this.source.ended) this.source.fail(error())
  }

  #arrived({ data }: StreamMessageEvent): void {
    if (data instanceof Uint8Array) this.source.push(data)
    else for (const chunk of data) this.source.push(chunk)
    if (this.source.held >= this.#bound) this.#pause()
    if (this.#told && this.#stream.readBufferLength === 0) this.source.end()
  }

  #pause(): void {
    // What `resume` gives out is given out within its call, and a pause in there would be undone by the rest of it.
    if (this.#paused || this.#resuming || this.#told) return
    this.#paused = true
    // Throws where the readable end is closed already: nothing more comes then.
    quietly(() => this.#stream.pause())
  }

  #resume(): void {
    this.#paused = false
    this.#resuming = true
    // Gives out what is held first; then tells the remote, which throws when the connection is gone.
    quietly(() => this.#stream.resume())
    this.#resuming = false
    if (this.source.held >= this.#bound) this.#pause()
  }

  #remoteEnded(): void {
    this.#told = true
    // Not at once: a frame may carry the end and the last bytes, and libp2p reads its flags first.
    queueMicrotask(() => this.#settle())
  }

  /** No more comes, so nothing is gained by leaving the rest with libp2p, which forgets it in some of its states. */
  #settle(): void {
    if (this.#paused) this.#resume()
    if (this.#told && this.#stream.readBufferLength === 0) this.source.end()
  }
}

function quietly(call: () => void): void {
  try {
    call()
  } catch {}
}
