import type { Core, PeerStream } from '@anyfeed/core'
import { sha256 } from '../../packages/core/src/platform/node.ts'
import { joinProof, topicOf } from '../../packages/core/src/session/join-proof.ts'
import { decodeHandshake, decodeMessage, messageType } from '../../packages/core/src/wire/decode.ts'
import { encodeExtension, encodeHandshake, encodeMessage } from '../../packages/core/src/wire/encode.ts'
import { FrameDecoder } from '../../packages/core/src/wire/frame-decoder.ts'
import {
  FIRST_EXTENSION,
  HAVE,
  type Handshake,
  JOIN,
  type Message,
  PRIVATE_JOIN,
  REQUEST,
  UNPAUSE
} from '../../packages/core/src/wire/messages.ts'
import { until } from '../../packages/core/test/until.ts'

export interface ScriptedOptions {
  /** 0, as hypercore 1.x, by default. */
  readonly version?: number
  readonly extensions?: readonly string[]
  readonly nonce?: Uint8Array
  /** Whether it sends its handshake at once; true by default. */
  readonly handshake?: boolean
  /** Whether it reads what it is sent; true by default. */
  readonly reading?: boolean
}

/** A peer that does what a test tells it, byte by byte if need be, to a core that is under test. */
export class ScriptedPeer {
  /** The core's side. */
  readonly stream: PeerStream
  readonly options: ScriptedOptions
  readonly nonce: Uint8Array
  /** What the core sent, in order. */
  readonly messages: Message[] = []
  readonly extensions: Array<{ index: number; payload: Uint8Array }> = []
  readonly raw: Uint8Array[] = []
  keepAlives = 0
  remote: Handshake | undefined
  /** Whether the core has ended the stream, and with what. */
  ended = false
  error: Error | undefined
  readonly #decoder = new FrameDecoder()

  constructor(core: Core, options: ScriptedOptions = {}) {
    this.options = options
    this.stream = core.replicate()
    this.nonce = options.nonce ?? sha256(Uint8Array.of(9))
    this.stream.on('end', (error) => {
      this.ended = true
      this.error = error
    })
    if (options.reading ?? true) this.read()
    if (options.handshake ?? true) this.handshake()
  }

  /** Begins to read what the core sends. */
  read(): void {
    const reading = async () => {
      for await (const chunk of this.stream.source) {
        this.raw.push(chunk)
        for (const frame of this.#decoder.push(chunk)) this.#onFrame(frame)
      }
    }
    reading().catch(() => {})
  }

  handshake(changes: Partial<Handshake> = {}): void {
    const { version = 0, extensions = [] } = this.options
    const nonce = version > 0 ? this.nonce : undefined
    const id = sha256(Uint8Array.of(7))
    this.bytes(encodeHandshake({ protocol: 'hypercore', version, id, extensions, nonce, ...changes }))
  }

  /** Sends bytes as they are. */
  bytes(bytes: Uint8Array): void {
    this.stream.receive(bytes)
  }

  /** Sends a frame with this payload. */
  frame(payload: Uint8Array): void {
    this.bytes(encodeExtension(payload[0] as number, payload.subarray(1)))
  }

  send(...messages: Message[]): void {
    for (const message of messages) this.bytes(encodeMessage(message))
  }

  join(id: Uint8Array, channel = 0): void {
    this.send({ type: JOIN, channel, id })
  }

  /** Joins as version 1 does. The core's handshake must have come. */
  privateJoin(id: Uint8Array, channel = 0): void {
    const verifier = this.remote?.nonce as Uint8Array
    const proof = joinProof(sha256, id, [this.nonce, verifier])
    this.send({ type: PRIVATE_JOIN, channel, prefix: topicOf(sha256, id).subarray(0, 2), proof })
  }

  /** Joins a feed, says what it has of it, and lets the core ask. */
  offer(id: Uint8Array, bitfield: Uint8Array, channel = 0): void {
    this.join(id, channel)
    this.send({ type: HAVE, channel, blocks: [], bitfield }, { type: UNPAUSE, channel })
  }

  /** All messages of a type so far. */
  of<T extends Message['type']>(type: T): Array<Extract<Message, { type: T }>> {
    return this.messages.filter((message) => message.type === type) as Array<Extract<Message, { type: T }>>
  }

  /** The blocks that the core asked for so far. */
  get requested(): number[] {
    return this.of(REQUEST).map((message) => (message as unknown as { block: number }).block)
  }

  /** Waits for so many messages of a type. */
  async expect<T extends Message['type']>(type: T, count = 1): Promise<Array<Extract<Message, { type: T }>>> {
    await until(() => this.of(type).length >= count || this.ended, `${count} messages of type ${type}`)
    return this.of(type)
  }

  /** Waits until the core has ended the stream; gives what it ended it with. */
  async over(): Promise<(Error & { code?: string }) | undefined> {
    await until(() => this.ended, 'the stream is over')
    return this.error
  }

  #onFrame(frame: Uint8Array): void {
    if (frame.length === 0) this.keepAlives++
    else if (this.remote === undefined) this.remote = decodeHandshake(frame)
    else if (messageType(frame) >= FIRST_EXTENSION) {
      this.extensions.push({ index: messageType(frame) - FIRST_EXTENSION, payload: frame.subarray(1) })
    } else {
      const message = decodeMessage(frame)
      if (message !== undefined) this.messages.push(message)
    }
  }
}
