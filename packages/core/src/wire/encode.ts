import { concatBytes } from '../bytes/concat.ts'
import { type Schema, writeFields } from './fields.ts'
import { type Handshake, type Message, RANGE_RESPONSE } from './messages.ts'
import { ProtobufWriter } from './protobuf-writer.ts'
import { rangeFields } from './range-response.ts'
import { HANDSHAKE, SCHEMAS } from './schemas.ts'

/** The empty frame that keeps an idle link open (PROTOCOL section 4). */
export const KEEP_ALIVE = Uint8Array.of(0)

/** The whole frame of a handshake, with its length prefix. */
export function encodeHandshake(handshake: Handshake): Uint8Array {
  const writer = new ProtobufWriter()
  writeFields(writer, HANDSHAKE, { ...handshake })
  return concatBytes(writer.frame())
}

/** The whole frame of a message, with its length prefix, as parts that follow each other: long blocks are not copied. */
export function encodeParts(message: Message): Uint8Array[] {
  const writer = new ProtobufWriter()
  writer.varint(message.type)
  const fields = message.type === RANGE_RESPONSE ? rangeFields(message) : message
  writeFields(writer, SCHEMAS[message.type] as Schema, fields as Record<string, unknown>)
  return writer.frame()
}

/** The same as one array. */
export function encodeMessage(message: Message): Uint8Array {
  return concatBytes(encodeParts(message))
}

/** The whole frame of an extension message: its number in the sender's own list, and the payload. */
export function encodeExtension(type: number, payload: Uint8Array): Uint8Array {
  const writer = new ProtobufWriter()
  writer.append(Uint8Array.of(type))
  writer.append(payload)
  return concatBytes(writer.frame())
}
