import { concatBytes } from '../bytes/concat.ts'
import { toUtf8 } from '../bytes/utf8.ts'
import {
  HAVE,
  type Handshake,
  JOIN,
  type Message,
  PRIVATE_JOIN,
  RANGE_CANCEL,
  RANGE_REQUEST,
  RANGE_RESPONSE,
  RESPONSE
} from './messages.ts'
import { bytesLength, numberLength, ProtobufWriter } from './protobuf-writer.ts'
import { encodeRangeCancel, encodeRangeRequest, encodeRangeResponse } from './range-messages.ts'
import { varintLength, writeVarint } from './varint.ts'

/** The empty frame that keeps an idle link open (PROTOCOL section 4). */
export const KEEP_ALIVE = Uint8Array.of(0)

type ResponseMessage = Extract<Message, { type: typeof RESPONSE }>

/** The whole frame of a handshake, with its length prefix. */
export function encodeHandshake(handshake: Handshake): Uint8Array {
  const protocol = toUtf8(handshake.protocol)
  const extensions = handshake.extensions.map(toUtf8)
  let length = bytesLength(protocol.length) + bytesLength(handshake.id.length)
  if (handshake.version > 0) length += numberLength(handshake.version)
  for (const extension of extensions) length += bytesLength(extension.length)
  if (handshake.nonce !== undefined) length += bytesLength(handshake.nonce.length)

  const writer = new ProtobufWriter(varintLength(length) + length).varint(length).bytesField(1, protocol)
  if (handshake.version > 0) writer.number(2, handshake.version)
  writer.bytesField(3, handshake.id)
  for (const extension of extensions) writer.bytesField(4, extension)
  if (handshake.nonce !== undefined) writer.bytesField(5, handshake.nonce)
  return writer.bytes
}

/** The whole frame of a message, with its length prefix. */
export function encodeMessage(message: Message): Uint8Array {
  switch (message.type) {
    case RESPONSE:
      return concatBytes(encodeResponse(message))
    case RANGE_REQUEST:
      return encodeRangeRequest(message)
    case RANGE_CANCEL:
      return encodeRangeCancel(message)
    case RANGE_RESPONSE:
      return concatBytes(encodeRangeResponse(message))
    case JOIN:
      return frame(message, bytesLength(message.id.length)).bytesField(2, message.id).bytes
    case PRIVATE_JOIN:
      return frame(message, bytesLength(message.prefix.length) + bytesLength(message.proof.length))
        .bytesField(2, message.prefix)
        .bytesField(3, message.proof).bytes
    case HAVE: {
      const { blocks } = message
      let length = message.bitfield === undefined ? 0 : bytesLength(message.bitfield.length)
      for (const block of blocks) length += numberLength(block)
      const writer = frame(message, length)
      for (const block of blocks) writer.number(2, block)
      if (message.bitfield !== undefined) writer.bytesField(3, message.bitfield)
      return writer.bytes
    }
    default:
      if ('block' in message) return frame(message, numberLength(message.block)).number(2, message.block).bytes
      return frame(message, 0).bytes
  }
}

/** A Response as three parts around the block's own bytes, which are not copied. */
export function encodeResponse(message: ResponseMessage): [head: Uint8Array, data: Uint8Array, tail: Uint8Array] {
  let proofLength = 0
  for (const node of message.proof) proofLength += bytesLength(nodeLength(node))
  const dataLength = message.data.length
  const before = numberLength(message.block) + 1 + varintLength(dataLength)
  const head = frame(message, before + dataLength + proofLength, dataLength + proofLength)
    .number(2, message.block)
    .bytesHeader(3, dataLength)
  const tail = new ProtobufWriter(proofLength)
  for (const node of message.proof) {
    tail.bytesHeader(4, nodeLength(node)).number(1, node.index).bytesField(2, node.hash)
  }
  return [head.bytes, message.data, tail.bytes]
}

/** The whole frame of an extension message: its number in the sender's own list, and the payload. */
export function encodeExtension(type: number, payload: Uint8Array): Uint8Array {
  const length = 1 + payload.length
  const bytes = new Uint8Array(varintLength(length) + length)
  const offset = writeVarint(bytes, 0, length)
  bytes[offset] = type
  bytes.set(payload, offset + 1)
  return bytes
}

function nodeLength(node: { index: number; hash: Uint8Array }): number {
  return numberLength(node.index) + bytesLength(node.hash.length)
}

/**
 * The beginning of a frame: length prefix, type and channel, with room for `rest` more bytes of fields, of which the
 * last `elsewhere` are written by other means.
 */
function frame(message: Message, rest: number, elsewhere = 0): ProtobufWriter {
  const length = 1 + numberLength(message.channel) + rest
  const writer = new ProtobufWriter(varintLength(length) + length - elsewhere).varint(length)
  return writer.varint(message.type).number(1, message.channel)
}
