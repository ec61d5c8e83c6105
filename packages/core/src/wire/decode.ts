import { ProtocolError, type TreeNode } from '@anyfeed/interfaces'
import { copyBytes } from '../bytes/copy.ts'
import { fromUtf8 } from '../bytes/utf8.ts'
import { MAX_EXTENSION_NAME_BYTES, MAX_EXTENSIONS, MAX_HAVE_BLOCKS, MAX_PROOF_NODES } from '../limits.ts'
import {
  CANCEL,
  HAVE,
  type Handshake,
  JOIN,
  LEAVE,
  type Message,
  PAUSE,
  PRIVATE_JOIN,
  RANGE_CANCEL,
  RANGE_REQUEST,
  RANGE_RESPONSE,
  REQUEST,
  RESPONSE,
  UNPAUSE
} from './messages.ts'
import { ProtobufReader } from './protobuf-reader.ts'
import { decodeRangeCancel, decodeRangeRequest, decodeRangeResponse } from './range-messages.ts'

const HASH_BYTES = 32
const PREFIX_BYTES = 2

/** Decodes a frame's payload as a handshake. Throws a {@link ProtocolError}. */
export function decodeHandshake(payload: Uint8Array): Handshake {
  const reader = new ProtobufReader(payload)
  let protocol: string | undefined
  let version = 0
  let id: Uint8Array | undefined
  let nonce: Uint8Array | undefined
  const extensions: string[] = []
  for (let field = reader.field(); field !== 0; field = reader.field()) {
    if (field === 1) protocol = text(reader.bytes())
    else if (field === 2) version = reader.number()
    else if (field === 3) id = exactly(HASH_BYTES, reader.bytes(), "a peer's id")
    else if (field === 4) extensions.push(text(reader.bytes()))
    else if (field === 5) nonce = exactly(HASH_BYTES, reader.bytes(), "a stream's nonce")
    else reader.skip()
    if (extensions.length > MAX_EXTENSIONS) throw new ProtocolError(`a peer may have ${MAX_EXTENSIONS} extensions`)
  }
  if (protocol === undefined || id === undefined) throw missing('Handshake')
  if (version >= 1 && nonce === undefined) throw missing('Handshake')
  return { protocol, version, id: copyBytes(id), extensions, nonce: nonce && copyBytes(nonce) }
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
  switch (type) {
    case JOIN: {
      const { channel, bytes } = decodeFields(payload, 'Join')
      return { type, channel, id: exactly(HASH_BYTES, bytes(2), "a feed's id") }
    }
    case PRIVATE_JOIN: {
      const { channel, bytes } = decodeFields(payload, 'PrivateJoin')
      const prefix = exactly(PREFIX_BYTES, bytes(2), 'a topic prefix')
      return { type, channel, prefix, proof: exactly(HASH_BYTES, bytes(3), 'a join proof') }
    }
    case LEAVE:
    case PAUSE:
    case UNPAUSE:
      return { type, channel: decodeFields(payload, 'Leave, Pause or Unpause').channel }
    case REQUEST:
    case CANCEL: {
      const { channel, number } = decodeFields(payload, 'Request or Cancel')
      return { type, channel, block: number(2) }
    }
    case HAVE:
      return decodeHave(payload)
    case RESPONSE:
      return decodeResponse(payload)
    case RANGE_REQUEST:
      return decodeRangeRequest(payload)
    case RANGE_CANCEL:
      return decodeRangeCancel(payload)
    case RANGE_RESPONSE:
      return decodeRangeResponse(payload)
    default:
      return undefined
  }
}

/** A message whose fields are single: the last of each number counts. */
function decodeFields(payload: Uint8Array, name: string) {
  const reader = new ProtobufReader(payload, 1)
  const values: Array<number | Uint8Array | undefined> = []
  for (let field = reader.field(); field !== 0; field = reader.field()) {
    if (field <= 3) values[field] = reader.value()
    else reader.skip()
  }
  const number = (field: number) => {
    const value = values[field]
    if (typeof value !== 'number') throw missing(name)
    return value
  }
  const bytes = (field: number) => {
    const value = values[field]
    if (!(value instanceof Uint8Array)) throw missing(name)
    return value
  }
  return { channel: number(1), number, bytes }
}

function decodeHave(payload: Uint8Array): Message {
  const reader = new ProtobufReader(payload, 1)
  let channel: number | undefined
  let bitfield: Uint8Array | undefined
  const blocks: number[] = []
  for (let field = reader.field(); field !== 0; field = reader.field()) {
    if (field === 1) channel = reader.number()
    else if (field === 2) blocks.push(...reader.numbers(MAX_HAVE_BLOCKS))
    else if (field === 3) bitfield = reader.bytes()
    else reader.skip()
    if (blocks.length > MAX_HAVE_BLOCKS) throw new ProtocolError(`a Have may list ${MAX_HAVE_BLOCKS} blocks`)
  }
  if (channel === undefined) throw missing('Have')
  return { type: HAVE, channel, blocks, bitfield }
}

function decodeResponse(payload: Uint8Array): Message {
  const reader = new ProtobufReader(payload, 1)
  let channel: number | undefined
  let block: number | undefined
  let data: Uint8Array | undefined
  const proof: TreeNode[] = []
  for (let field = reader.field(); field !== 0; field = reader.field()) {
    if (field === 1) channel = reader.number()
    else if (field === 2) block = reader.number()
    else if (field === 3) data = reader.bytes()
    else if (field === 4) proof.push(decodeNode(reader.bytes()))
    else reader.skip()
    if (proof.length > MAX_PROOF_NODES) throw new ProtocolError(`a proof may have ${MAX_PROOF_NODES} nodes`)
  }
  if (channel === undefined || block === undefined || data === undefined) throw missing('Response')
  return { type: RESPONSE, channel, block, data, proof }
}

function decodeNode(bytes: Uint8Array): TreeNode {
  const reader = new ProtobufReader(bytes)
  let index: number | undefined
  let hash: Uint8Array | undefined
  for (let field = reader.field(); field !== 0; field = reader.field()) {
    if (field === 1) index = reader.number()
    else if (field === 2) hash = exactly(HASH_BYTES, reader.bytes(), "a node's hash")
    else reader.skip()
  }
  if (index === undefined || hash === undefined) throw missing('Node')
  return { index, hash }
}

function exactly(length: number, bytes: Uint8Array, what: string): Uint8Array {
  if (bytes.length !== length) throw new ProtocolError(`${what} has ${length} bytes, not ${bytes.length}`)
  return bytes
}

function text(bytes: Uint8Array): string {
  if (bytes.length > MAX_EXTENSION_NAME_BYTES) {
    throw new ProtocolError(`a name has at most ${MAX_EXTENSION_NAME_BYTES} bytes, not ${bytes.length}`)
  }
  try {
    return fromUtf8(bytes)
  } catch (cause) {
    throw new ProtocolError('a name is not UTF-8', { cause })
  }
}

function missing(name: string): ProtocolError {
  return new ProtocolError(`a required field of ${name} is missing`)
}
