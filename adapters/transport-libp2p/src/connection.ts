import type { Sender } from '@anyfeed/adapter-kit'
import type { Connection } from '@anyfeed/interfaces'
import type { Connection as Libp2pConnection, PeerId, Stream } from '@libp2p/interface'
import { formatAddress } from './address.ts'
import { brokenError } from './errors.ts'
import { pairBinding } from './identity.ts'
import type { Settings } from './options.ts'
import { Receiving } from './receiving.ts'
import { sending } from './sending.ts'

/** A stream that libp2p has opened, and what it belongs to. */
export interface Wire {
  readonly stream: Stream
  readonly connection: Libp2pConnection
  /** The id of the node at this end. */
  readonly self: PeerId
}

/** A connection over a libp2p stream. To be made as soon as the stream is there: without listeners libp2p resets it at 4 MiB. */
export class StreamConnection implements Connection {
  readonly source: AsyncIterable<Uint8Array>
  readonly remoteAddress: string
  readonly remoteIdentity: string
  readonly channelBinding: Uint8Array
  readonly sink = (source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> => this.#sender.send(source)
  readonly closed: Promise<void>
  readonly #stream: Stream
  readonly #receiving: Receiving
  readonly #sender: Sender
  #ending = false
  #aborted = false

  constructor({ stream, connection, self }: Wire, settings: Settings) {
    this.#stream = stream
    this.remoteIdentity = connection.remotePeer.toString()
    this.remoteAddress = formatAddress(connection.remoteAddr, this.remoteIdentity)
    this.channelBinding = pairBinding(self, connection.remotePeer)
    // A paused stream holds what its window lets in; the default of 4 MiB would reset it before that.
    stream.maxReadBufferLength = Math.max(stream.maxReadBufferLength, settings.maxStreamWindow)
    const abort = (reason: Error) => this.abort(reason)
    const broken = (thrown: unknown) => brokenError(this.remoteAddress, thrown)
    this.#receiving = new Receiving(stream, settings.maxBuffered, abort)
    this.#sender = sending({ stream, end: this.#guardEnd(), abort, broken })
    this.source = this.#receiving.source
    this.closed = new Promise((resolve) => {
      const over = (thrown?: unknown) => {
        // A close in good order comes while our own end is under way; that ends well by itself if all is sent.
        const sent = thrown === undefined && this.#ending && stream.writeBufferLength === 0
        if (!sent) this.#sender.fail(broken(thrown))
        this.#receiving.over(() => broken(thrown))
        resolve()
      }
      stream.addEventListener('close', ({ error }) => over(error))
      if (stream.status !== 'open') over()
    })
  }

  close(): Promise<void> {
    this.#sender.close()
    return this.closed
  }

  abort(reason: Error): void {
    if (this.#aborted) return
    this.#aborted = true
    this.#receiving.source.drop(reason)
    this.#sender.fail(reason)
    this.#stream.abort(reason)
  }

  /**
   * When the user closes the libp2p connection or stops the node, js-libp2p first closes every stream in good order,
   * which tells the remote of an end that nobody meant. So an end that is not ours becomes a reset. Returns the one
   * that is.
   */
  #guardEnd(): () => Promise<void> {
    const stream = this.#stream
    const end = stream.close.bind(stream)
    stream.close = async (options) => {
      if (this.#ending) await end(options)
      else stream.abort(brokenError(this.remoteAddress))
    }
    return async () => {
      this.#ending = true
      await end()
    }
  }
}
