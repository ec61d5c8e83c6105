import type { MessagePort } from 'node:worker_threads'
import { ClosedError, type Connection, ConnectionError } from '@anyfeed/interfaces'

/** The bytes that one direction takes in before they are read. */
export const WINDOW = 1024 * 1024

type Step = IteratorResult<Uint8Array, undefined>
type Source = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

/** What passes beside bytes. `bye` says that all has come, and that the port may be closed. */
type Control = { read: number } | { end: true } | { bye: true } | { abort: string }

const END: Step = { done: true, value: undefined }

/** A connection over a MessagePort that nobody else uses. */
export class PortConnection implements Connection {
  readonly remoteAddress: string
  readonly remoteIdentity = undefined
  readonly channelBinding = undefined
  readonly closed: Promise<void>
  readonly source: AsyncIterable<Uint8Array>
  /** A function of its own: `it-pipe` calls it without its object. */
  readonly sink = (source: Source): Promise<void> => this.#send(source)
  readonly #port: MessagePort
  #onClosed: () => void = () => {}
  #over = false
  /** What broke the connection. */
  #failure: Error | undefined

  readonly #arrived: Uint8Array[] = []
  readonly #readers: Array<{ resolve: (step: Step) => void; reject: (error: Error) => void }> = []
  #remoteEnded = false

  #credit = WINDOW
  #sending = false
  #closing = false
  #ended = false
  /** What the sink waits with: for credit, and for its source or credit to be overtaken by a break. */
  #credited: () => void = () => {}
  #onBreak: (reason: Error) => void = () => {}

  constructor(port: MessagePort, remoteAddress: string) {
    this.#port = port
    this.remoteAddress = remoteAddress
    this.closed = new Promise((resolve) => {
      this.#onClosed = resolve
    })
    this.source = { [Symbol.asyncIterator]: () => this.#iterate() }
    port.on('message', (message: Uint8Array | Control) => this.#take(message))
    port.on('close', () => this.#gone())
  }

  close(): Promise<void> {
    this.#closing = true
    // A source that is being sent goes on to its end.
    if (!this.#sending && this.#failure === undefined) this.#end()
    return this.closed
  }

  abort(reason: Error): void {
    if (this.#over) return
    this.#arrived.length = 0
    this.#tell({ abort: reason.message })
    this.#break(reason)
  }

  #take(message: Uint8Array | Control): void {
    if (message instanceof Uint8Array) {
      const reader = this.#readers.shift()
      if (reader === undefined) this.#arrived.push(message)
      else reader.resolve(this.#handOver(message))
    } else if ('read' in message) {
      this.#credit += message.read
      this.#credited()
    } else if ('end' in message) {
      this.#remoteEnded = true
      for (const reader of this.#readers.splice(0)) reader.resolve(END)
      this.#sayBye()
    } else if ('bye' in message) this.#finish()
    else {
      const cause = new Error(message.abort)
      this.#break(new ConnectionError('ERR_CONNECTION_RESET', `${this.remoteAddress} aborted`, { cause }))
    }
  }

  /** The port is closed at the other end. */
  #gone(): void {
    if (this.#ended && this.#remoteEnded) this.#finish()
    else this.#break(new ConnectionError('ERR_CONNECTION_RESET', `${this.remoteAddress} went away`))
  }

  #break(reason: Error): void {
    if (this.#over) return
    this.#failure = reason
    for (const reader of this.#readers.splice(0)) reader.reject(reason)
    this.#onBreak(reason)
    this.#finish()
  }

  #finish(): void {
    this.#over = true
    this.#port.close()
    this.#onClosed()
  }

  #tell(control: Control): void {
    if (!this.#over) this.#port.postMessage(control)
  }

  #end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#tell({ end: true })
    this.#sayBye()
  }

  #sayBye(): void {
    if (this.#ended && this.#remoteEnded) this.#tell({ bye: true })
  }

  // The receiving direction.

  #iterated = false

  #iterate(): AsyncIterator<Uint8Array, undefined> {
    if (this.#iterated) throw new TypeError('the source of a connection can be iterated once')
    this.#iterated = true
    return {
      next: () => this.#next(),
      return: async () => {
        this.abort(new ConnectionError('ERR_CONNECTION_ABORTED', 'the source was left before its end'))
        return END
      }
    }
  }

  async #next(): Promise<Step> {
    const chunk = this.#arrived.shift()
    if (chunk !== undefined) return this.#handOver(chunk)
    // What came before a break is still read; a break is never an end.
    if (this.#failure !== undefined) throw this.#failure
    if (this.#remoteEnded) return END
    return new Promise((resolve, reject) => {
      this.#readers.push({ resolve, reject })
    })
  }

  /** What is read makes room for as much again. */
  #handOver(value: Uint8Array): Step {
    this.#tell({ read: value.byteLength })
    return { done: false, value }
  }

  // The sending direction.

  async #send(source: Source): Promise<void> {
    if (this.#sending) throw new TypeError('the sink of a connection can be called once')
    if (this.#closing) throw new ClosedError('the connection was closed before its sink was called')
    this.#sending = true
    const iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]()
    try {
      for (;;) {
        const step = await this.#unlessBroken(iterator.next())
        if (step.done === true) break
        const chunk = step.value
        if (!(chunk instanceof Uint8Array)) throw new TypeError('a connection sends Uint8Arrays')
        // The remote gets a copy of its own: what was given stays the sender's.
        const copy = new Uint8Array(chunk)
        this.#credit -= copy.byteLength
        if (copy.byteLength > 0) this.#port.postMessage(copy, [copy.buffer])
        while (this.#credit <= 0) await this.#unlessBroken(this.#moreCredit())
      }
      if (this.#failure !== undefined) throw this.#failure
      this.#end()
    } catch (error) {
      const reason = this.#failure ?? (error as Error)
      this.abort(reason)
      // Not waited for: a source that hangs would hang the sink.
      Promise.resolve(iterator.return?.()).catch(() => {})
      throw reason
    }
  }

  #moreCredit(): Promise<void> {
    return new Promise((resolve) => {
      this.#credited = resolve
    })
  }

  /** What `answer` gives, or the failure of the connection if that comes first. */
  #unlessBroken<T>(answer: T | PromiseLike<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure)
      this.#onBreak = reject
      Promise.resolve(answer).then(resolve, reject)
    })
  }
}
