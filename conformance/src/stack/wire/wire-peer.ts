import type { Connection } from '@anyfeed/interfaces'
import { ConformanceError } from '../../assert/conformance-error.ts'
import { sha256 } from '../../bytes/hash.ts'
import { utf8 } from '../../bytes/text.ts'
import { until } from '../../wait/until.ts'
import { decodeFields, encodeFields, type Field, fieldOf, joined, readVarint, varint } from './protobuf.ts'

export const JOIN = 0
export const LEAVE = 1
export const HAVE = 2
export const PAUSE = 3
export const UNPAUSE = 4
export const REQUEST = 5
export const RESPONSE = 6
export const CANCEL = 7
export const PRIVATE_JOIN = 8
export const RANGE_REQUEST = 9
export const RANGE_RESPONSE = 10
export const RANGE_CANCEL = 11
export const FIRST_EXTENSION = 64

export interface WirePeerOptions {
  /** 0, as hypercore 1.x, by default. */
  readonly version?: number
  readonly extensions?: readonly string[]
  /** The fields of its handshake instead of those that belong there; none: it sends no handshake. */
  readonly handshake?: readonly Field[] | undefined
  readonly silent?: boolean
}

/** A message that came: its type, and its fields or, for an extension, its payload. */
export interface WireMessage {
  readonly type: number
  readonly body: Uint8Array
  readonly fields: readonly Field[]
}

/** A peer written anew from the rules of the wire, which says what a case has it say. */
export class WirePeer {
  readonly connection: Connection
  readonly nonce = crypto.getRandomValues(new Uint8Array(32))
  readonly id = crypto.getRandomValues(new Uint8Array(32))
  readonly messages: WireMessage[] = []
  /** The fields of the remote's handshake. */
  handshake: readonly Field[] | undefined
  keepAlives = 0
  /** Whether the remote has ended the stream. */
  over = false
  readonly #options: WirePeerOptions
  readonly #waiting: Uint8Array[] = []
  #wake: () => void = () => {}
  #ended = false

  constructor(connection: Connection, options: WirePeerOptions) {
    this.connection = connection
    this.#options = options
    connection.sink(this.#outgoing()).catch(() => {})
    this.#read().then(
      () => this.#onOver(),
      () => this.#onOver()
    )
  }

  /** Sends its handshake, and waits for the other one. */
  async begin(): Promise<void> {
    const { version = 0, extensions = [], silent = false } = this.#options
    if (!silent) {
      const usual: Field[] = [
        [1, utf8('hypercore')],
        ...(version > 0 ? [[2, version] as const] : []),
        [3, this.id],
        ...extensions.map((name) => [4, utf8(name)] as const),
        ...(version > 0 ? [[5, this.nonce] as const] : [])
      ]
      this.frame(encodeFields(this.#options.handshake ?? usual))
    }
    await until(() => this.handshake !== undefined || this.over)
  }

  /** Sends bytes as they are. */
  bytes(bytes: Uint8Array): void {
    this.#waiting.push(bytes)
    this.#wake()
  }

  /** Sends a frame with this payload. */
  frame(payload: Uint8Array): void {
    this.bytes(joined(Uint8Array.from(varint(payload.length)), payload))
  }

  send(type: number, fields: readonly Field[]): void {
    this.frame(joined(Uint8Array.from(varint(type)), encodeFields(fields)))
  }

  extension(index: number, payload: Uint8Array): void {
    this.frame(joined(Uint8Array.of(FIRST_EXTENSION + index), payload))
  }

  join(id: Uint8Array, channel = 0): void {
    this.send(JOIN, [
      [1, channel],
      [2, id]
    ])
  }

  /** Joins as version 1 does. */
  privateJoin(id: Uint8Array, channel = 0, change: (proof: Uint8Array) => Uint8Array = (proof) => proof): void {
    const topic = sha256(utf8('anyfeed topic'), id)
    this.send(PRIVATE_JOIN, [
      [1, channel],
      [2, topic.slice(0, 2)],
      [3, change(this.joinProof(id, this.nonce, this.remoteNonce))]
    ])
  }

  joinProof(id: Uint8Array, prover: Uint8Array, verifier: Uint8Array): Uint8Array {
    const binding = this.connection.channelBinding ?? new Uint8Array()
    return sha256(utf8('anyfeed join'), id, prover, verifier, binding)
  }

  /** Joins a feed, says what it has of it, and lets the other side ask. */
  offer(id: Uint8Array, bitfield: Uint8Array, channel = 0): void {
    this.join(id, channel)
    this.send(HAVE, [
      [1, channel],
      [3, bitfield]
    ])
    this.send(UNPAUSE, [[1, channel]])
  }

  request(block: number, channel = 0): void {
    this.send(REQUEST, [
      [1, channel],
      [2, block]
    ])
  }

  get remoteNonce(): Uint8Array {
    return fieldOf(this.handshake ?? [], 5) as Uint8Array
  }

  /** All messages of a type so far. */
  of(type: number): WireMessage[] {
    return this.messages.filter((message) => message.type === type)
  }

  /** The blocks that the other side asked for so far. */
  get requested(): number[] {
    return this.of(REQUEST).map(({ fields }) => fieldOf(fields, 2) as number)
  }

  /** Waits for so many messages of a type. */
  async expect(type: number, count = 1): Promise<WireMessage[]> {
    await until(() => this.of(type).length >= count || this.over)
    if (this.of(type).length < count) throw new ConformanceError(`the stream ended before message ${type} came`)
    return this.of(type)
  }

  /** Waits until the other side has ended the stream. */
  async ended(): Promise<void> {
    await until(() => this.over)
  }

  /** Ends its side after what was sent. */
  end(): void {
    this.#ended = true
    this.#wake()
  }

  async #read(): Promise<void> {
    let rest: Uint8Array = new Uint8Array()
    for await (const chunk of this.connection.source) {
      rest = joined(rest, chunk)
      for (;;) {
        const [length, start] = readVarint(rest, 0)
        if (Number.isNaN(length) || rest.length < start + length) break
        this.#onFrame(rest.slice(start, start + length))
        rest = rest.slice(start + length)
      }
    }
  }

  #onFrame(frame: Uint8Array): void {
    if (frame.length === 0) this.keepAlives++
    else if (this.handshake === undefined) this.handshake = decodeFields(frame)
    else {
      const [type, start] = readVarint(frame, 0)
      const body = frame.slice(start)
      this.messages.push({ type, body, fields: type >= FIRST_EXTENSION ? [] : decodeFields(body) })
    }
  }

  #onOver(): void {
    this.over = true
    this.end()
  }

  async *#outgoing(): AsyncGenerator<Uint8Array, void> {
    for (;;) {
      const next = this.#waiting.shift()
      if (next !== undefined) yield next
      else if (this.#ended) return
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
      }
    }
  }
}
