import { ReceiveBuffer, Sender } from '@anyfeed/adapter-kit'

export interface PipeHooks {
  /** The sender failed for a reason of its own. */
  readonly abortSender: (reason: Error) => void
  /** The reader left early. */
  readonly abortReader: (reason: Error) => void
  /** Called once, when the sender has ended or the pipe has broken: nothing more comes in. */
  readonly onOver: () => void
}

/**
 * One direction of a connection: the sender of one end writes into the receive buffer of the other. Nothing here takes
 * time: what can happen happens within the call that makes it possible, and only promises carry it on.
 */
export class Pipe {
  readonly sender: Sender
  readonly received: ReceiveBuffer
  readonly #onOver: () => void
  #over = false

  /** `bound`: the bytes that are held while nobody reads. */
  constructor(bound: number, { abortSender, abortReader, onOver }: PipeHooks) {
    this.#onOver = onOver
    const hasRoom = () => this.received.held < bound
    this.received = new ReceiveBuffer({
      onLeave: abortReader,
      onRead: () => {
        if (hasRoom()) this.sender.drained()
      }
    })
    this.sender = new Sender({
      write: (chunk) => {
        this.received.push(chunk)
        return hasRoom()
      },
      hasRoom,
      end: () => {
        this.received.end()
        this.#finish()
        return undefined
      },
      abort: abortSender
    })
  }

  /** Whether nothing more comes in. */
  get over(): boolean {
    return this.#over
  }

  /**
   * Drops what is held and fails both sides, each with its own error. The first call counts. What was read to its end
   * stays as it is: nothing is lost.
   */
  break(forReader: Error, forSender: Error): void {
    this.received.drop(forReader)
    this.sender.fail(forSender)
    this.#finish()
  }

  #finish(): void {
    if (this.#over) return
    this.#over = true
    this.#onOver()
  }
}
