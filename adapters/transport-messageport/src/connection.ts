import { Sender } from '@anyfeed/adapter-kit'
import { type Connection, ConnectionError } from '@anyfeed/interfaces'
import { amountOf, type Control } from './messages.ts'
import { type Port, post, watch } from './port.ts'
import { Receiving } from './receiving.ts'
import { WindowWriter } from './window-writer.ts'

/** What both sides have agreed on when a port becomes a connection. */
export interface Agreement {
  readonly remoteAddress: string
  /** The bytes that each side takes in before they are read. */
  readonly window: number
  readonly remoteWindow: number
}

/** A connection over a port that nobody else uses. */
export class PortConnection implements Connection {
  readonly source: AsyncIterable<Uint8Array>
  readonly remoteAddress: string
  /** Nobody proves anything inside one browser. */
  readonly remoteIdentity = undefined
  readonly channelBinding = undefined
  readonly sink = (source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> => this.#sender.send(source)
  readonly closed: Promise<void>
  readonly #port: Port
  readonly #receiving: Receiving
  readonly #writer: WindowWriter
  readonly #sender: Sender
  readonly #stop: () => void
  #resolveClosed: () => void = () => {}
  #over = false

  constructor(port: Port, { remoteAddress, window, remoteWindow }: Agreement) {
    this.#port = port
    this.remoteAddress = remoteAddress
    const abort = (reason: Error) => this.abort(reason)
    this.#receiving = new Receiving(window, (read) => this.#tell({ read }), abort)
    this.#writer = new WindowWriter(remoteWindow, {
      // A view goes over with the whole of its buffer, so the bytes are copied first; the copy itself is not.
      write: (chunk) => {
        const copy = new Uint8Array(chunk)
        if (!this.#over) post(port, copy, [copy.buffer])
      },
      end: () => {
        this.#tell({ end: true })
        this.#sayBye()
      },
      abort
    })
    this.#sender = new Sender(this.#writer)
    this.source = this.#receiving.source
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve
    })
    this.#stop = watch(
      port,
      (message) => this.#take(message),
      () => this.#gone()
    )
  }

  close(): Promise<void> {
    this.#sender.close()
    return this.closed
  }

  abort(reason: Error): void {
    this.#receiving.source.drop(reason)
    this.#sender.fail(reason)
    if (this.#over) return
    this.#tell({ abort: reason.message })
    this.#finish()
  }

  #take(message: unknown): void {
    const read = amountOf(message, 'read')
    if (message instanceof Uint8Array) {
      if (!this.#receiving.arrived(message)) this.#refuse('sent more than its window')
    } else if (read !== undefined) {
      this.#writer.opened(read)
      this.#sender.drained()
    } else if (typeof message !== 'object' || message === null) this.#refuse('sent what is no message of ours')
    else if ('end' in message) {
      this.#receiving.source.end()
      this.#sayBye()
    } else if ('bye' in message && this.#writer.ended && this.#receiving.source.ended) this.#finish()
    else if ('abort' in message) this.#broke('aborted the connection', { cause: new Error(String(message.abort)) })
    else this.#refuse('sent what is no message of ours')
  }

  /** The other end of the port is closed: well, if both directions are over. */
  #gone(): void {
    if (this.#writer.ended && this.#receiving.source.ended) this.#finish()
    else this.#broke('went away')
  }

  #refuse(what: string): void {
    this.abort(new ConnectionError('ERR_CONNECTION_ABORTED', `${this.remoteAddress} ${what}`))
  }

  #broke(what: string, options?: { readonly cause: Error }): void {
    const error = new ConnectionError('ERR_CONNECTION_RESET', `${this.remoteAddress} ${what}`, options)
    this.#receiving.source.fail(error)
    this.#sender.fail(error)
    this.#finish()
  }

  #sayBye(): void {
    if (this.#writer.ended && this.#receiving.source.ended) this.#tell({ bye: true })
  }

  #tell(control: Control): void {
    if (!this.#over) post(this.#port, control)
  }

  #finish(): void {
    if (this.#over) return
    this.#over = true
    this.#stop()
    this.#port.close()
    this.#resolveClosed()
  }
}
