import { type Connection, ConnectionError } from '@anyfeed/interfaces'
import { Pipe } from './pipe.ts'

/** The two ends of a new connection. `bound` is in bytes, for each direction. */
export function connectionPair(addresses: readonly [string, string], bound: number): [Connection, Connection] {
  let open = 2
  let close: () => void
  const closed = new Promise<void>((resolve) => {
    close = resolve
  })
  const onOver = () => {
    if (--open === 0) close()
  }
  const abortNear = (reason: Error) => near.abort(reason)
  const abortFar = (reason: Error) => far.abort(reason)
  const there = new Pipe(bound, { abortSender: abortNear, abortReader: abortFar, onOver })
  const back = new Pipe(bound, { abortSender: abortFar, abortReader: abortNear, onOver })
  const near = new End({ incoming: back, outgoing: there, remoteAddress: addresses[1], closed })
  const far = new End({ incoming: there, outgoing: back, remoteAddress: addresses[0], closed })
  near.join(far)
  far.join(near)
  return [near, far]
}

interface Parts {
  readonly incoming: Pipe
  readonly outgoing: Pipe
  readonly remoteAddress: string
  readonly closed: Promise<void>
}

/** One end of a connection. It holds nothing but its two pipes, so there is nothing to free when both are over. */
class End implements Connection {
  readonly source: AsyncIterable<Uint8Array>
  readonly remoteAddress: string
  /** Nobody proves anything inside one process. */
  readonly remoteIdentity = undefined
  readonly channelBinding = undefined
  readonly sink = (source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> =>
    this.#outgoing.sender.send(source)
  readonly closed: Promise<void>
  readonly #incoming: Pipe
  readonly #outgoing: Pipe
  #remote: End | undefined

  constructor({ incoming, outgoing, remoteAddress, closed }: Parts) {
    this.#incoming = incoming
    this.#outgoing = outgoing
    this.remoteAddress = remoteAddress
    this.closed = closed
    this.source = incoming.received
  }

  /** Gives the end its other end. */
  join(remote: End): void {
    this.#remote = remote
  }

  close(): Promise<void> {
    this.#outgoing.sender.close()
    return this.closed
  }

  abort(reason: Error): void {
    const remote = this.#remote
    if (remote === undefined) return
    this.#remote = undefined
    // The link is over already: what the remote has not read yet is its own, and only ours is dropped.
    if (this.#incoming.over && this.#outgoing.over) {
      this.#incoming.break(reason, reason)
      return
    }
    remote.#remote = undefined
    const seen = new ConnectionError('ERR_CONNECTION_RESET', `${remote.remoteAddress} aborted the connection`, {
      cause: reason
    })
    this.#incoming.break(reason, seen)
    this.#outgoing.break(seen, reason)
  }
}
