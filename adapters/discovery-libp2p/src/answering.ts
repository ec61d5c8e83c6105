import type { Clock } from '@anyfeed/interfaces'
import type { Stream } from '@libp2p/interface'
import { byteStream } from '@libp2p/utils'
import { encodeAddresses } from './addresses-message.ts'
import { TOPIC_LENGTH } from './content-id.ts'
import { withDeadline } from './deadline.ts'
import { ADDRESSES_PROTOCOL, ANSWER_TIMEOUT, type Libp2pNode } from './protocol.ts'

/** Questions that one connection may have open at once. */
const MAX_QUESTIONS = 64

/** Answers peers who ask under which addresses a topic is served here: only for what is being announced. */
export class Answering {
  readonly #node: Libp2pNode
  readonly #clock: Clock
  readonly #topics = new Map<string, Set<readonly string[]>>()
  readonly #closing = new AbortController()
  #registered: Promise<void> | undefined

  constructor(node: Libp2pNode, clock: Clock) {
    this.#node = node
    this.#clock = clock
  }

  /** Registers the protocol, once. Rejects with libp2p's error when something else on the node has it. */
  start(): Promise<void> {
    this.#registered ??= this.#node.handle(ADDRESSES_PROTOCOL, (stream) => void this.#answer(stream), {
      maxInboundStreams: MAX_QUESTIONS,
      runOnLimitedConnection: true
    })
    return this.#registered
  }

  /** Answers with `addresses` from now on. Returns how to take them back, which tells whether others are left. */
  serve(topic: Uint8Array, addresses: readonly string[]): () => boolean {
    const key = keyOf(topic)
    const lists = this.#topics.get(key) ?? new Set()
    // A copy, so that two announcements of one list are two.
    const list = [...addresses]
    this.#topics.set(key, lists.add(list))
    return () => {
      lists.delete(list)
      if (lists.size === 0) this.#topics.delete(key)
      return lists.size > 0
    }
  }

  /** What is served for a topic, each address once. */
  addresses(topic: Uint8Array): string[] {
    return [...new Set([...(this.#topics.get(keyOf(topic)) ?? [])].flat())]
  }

  async close(): Promise<void> {
    this.#closing.abort()
    this.#topics.clear()
    const registered = await this.#registered?.then(
      () => true,
      () => false
    )
    // The node forgets the handler at once; what may fail after that is telling others.
    if (registered) await this.#node.unhandle(ADDRESSES_PROTOCOL).catch(() => {})
  }

  async #answer(stream: Stream): Promise<void> {
    try {
      await withDeadline(this.#clock, ANSWER_TIMEOUT, this.#closing.signal, async (signal) => {
        const bytes = byteStream(stream, { maxBufferSize: TOPIC_LENGTH })
        const topic = await bytes.read({ bytes: TOPIC_LENGTH, signal })
        await bytes.write(encodeAddresses(this.addresses(topic.subarray())), { signal })
        await stream.close({ signal })
      })
    } catch (error) {
      stream.abort(error instanceof Error ? error : new Error('the question was not asked in full'))
    }
  }
}

function keyOf(topic: Uint8Array): string {
  return String.fromCharCode(...topic)
}
