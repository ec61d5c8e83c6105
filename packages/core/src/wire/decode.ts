import { ProtocolError } from '@anyfeed/interfaces'
import { copyBytes } from '../bytes/copy.ts'
import { MAX_BLOCKS, MAX_RANGE_BLOCKS } from '../limits.ts'
import { readFields } from './fields.ts'
import { type Handshake, type Message, RANGE_RESPONSE } from './messages.ts'
import { ProtobufReader } from './protobuf-reader.ts'
import { type RangeFields, rangeResponse } from './range-response.ts'
import { HANDSHAKE, SCHEMAS } from './schemas.ts'

/** Decodes a frame's payload as a handshake. Throws a {@link ProtocolError}. */
export function decodeHandshake(payload: Uint8Array): Handshake {
  const handshake = readFields(new ProtobufReader(payload), HANDSHAKE) as unknown as Handshake
  const { version, id, nonce } = handshake
  if (version > 0 && !nonce) throw new ProtocolError('a message lacks its nonce')
  return { ...handshake, id: copyBytes(id), nonce: nonce && copyBytes(nonce) }
}

/** The type of a frame's payload, which is not empty. It always takes one byte: 127 is the last that means anything. */
export function messageType(payload: Uint8Array): number {
  return payload[0] as number
}

/**
 * Decodes a frame's payload, which is not empty: views of it, no copies. Gives `undefined` for unknown types, which are
 * ignored (PROTOCOL section 2). Throws a {@link ProtocolError}.
 */
export function decodeMessage(payload: Uint8Array): Message | undefined {
  const type = messageType(payload)
  const schema = SCHEMAS[type]
  if (!schema) return undefined
  const message = { type, ...readFields(new ProtobufReader(payload, 1), schema) } as Message | RangeFields
  if (message.type === RANGE_RESPONSE) return rangeResponse(message as RangeFields)
  if ('count' in message) {
    const { start, count } = message
    if (count < 1 || count > MAX_RANGE_BLOCKS || start + count > MAX_BLOCKS) {
      throw new ProtocolError(`a range of ${count} blocks from ${start} on cannot be`)
    }
  }
  return message
}
