import { ProtocolError } from '@anyfeed/interfaces'
import { MAX_BLOCKS, MAX_PROOF_NODES, MAX_RANGE_BLOCKS, MAX_RANGE_FRAME_BLOCKS } from '../limits.ts'
import {
  RANGE_CANCEL,
  RANGE_REQUEST,
  RANGE_RESPONSE,
  type RangeCancel,
  type RangeRequest,
  type RangeResponse
} from './messages.ts'
import { ProtobufReader } from './protobuf-reader.ts'
import { bytesLength, numberLength, ProtobufWriter } from './protobuf-writer.ts'
import { VarintReader, varintLength } from './varint.ts'

const HASH_BYTES = 32
/** Frames with fewer bytes of blocks are one array; in larger ones the blocks are not copied. */
const COPIED_BYTES = 16 * 1024

/** The whole frame of a range request, with its length prefix. */
export function encodeRangeRequest({ channel, id, start, count, top }: RangeRequest): Uint8Array {
  return numbers(RANGE_REQUEST, top === undefined ? [channel, id, start, count] : [channel, id, start, count, top])
}

/** The whole frame of a range cancel, with its length prefix. */
export function encodeRangeCancel({ channel, id, start, count }: RangeCancel): Uint8Array {
  return numbers(RANGE_CANCEL, [channel, id, start, count])
}

/** The whole frame of a range response, with its length prefix, as parts that follow each other: large blocks are not copied. */
export function encodeRangeResponse(message: RangeResponse): Uint8Array[] {
  const { channel, id, start, blocks, proof, roots, last } = message
  let dataLength = 0
  let lengthsLength = 0
  for (const { length } of blocks) {
    dataLength += length
    lengthsLength += varintLength(length)
  }
  let length = 1 + numberLength(channel) + numberLength(id) + numberLength(start)
  if (roots !== undefined) length += numberLength(roots.blocks) + bytesLength(roots.hashes.length)
  if (last) length += 2
  if (proof.length > 0) length += bytesLength(proof.length)
  if (blocks.length > 0) length += bytesLength(lengthsLength) + bytesLength(dataLength)

  const copied = dataLength <= COPIED_BYTES || dataLength / blocks.length < 1024
  const writer = new ProtobufWriter(varintLength(length) + length - (copied ? 0 : dataLength))
  writer.varint(length).varint(RANGE_RESPONSE).number(1, channel).number(2, id).number(3, start)
  if (roots !== undefined) writer.number(4, roots.blocks).bytesField(5, roots.hashes)
  if (last) writer.number(6, 1)
  if (proof.length > 0) writer.bytesField(7, proof)
  if (blocks.length === 0) return [writer.bytes]
  writer.bytesHeader(8, lengthsLength)
  for (const block of blocks) writer.varint(block.length)
  writer.bytesHeader(9, dataLength)
  if (!copied) return [writer.bytes, ...blocks]
  for (const block of blocks) {
    writer.bytes.set(block, writer.offset)
    writer.offset += block.length
  }
  return [writer.bytes]
}

/** Decodes the payload of a range request. Throws a {@link ProtocolError}. */
export function decodeRangeRequest(payload: Uint8Array): RangeRequest {
  const [channel, id, start, count, top] = readNumbers(payload, 5)
  const run = checkedRun(start, count)
  return { type: RANGE_REQUEST, channel: present(channel), id: present(id), ...run, top }
}

/** Decodes the payload of a range cancel. Throws a {@link ProtocolError}. */
export function decodeRangeCancel(payload: Uint8Array): RangeCancel {
  const [channel, id, start, count] = readNumbers(payload, 4)
  return { type: RANGE_CANCEL, channel: present(channel), id: present(id), ...checkedRun(start, count) }
}

/** Decodes the payload of a range response: views of it, no copies. Throws a {@link ProtocolError}. */
export function decodeRangeResponse(payload: Uint8Array): RangeResponse {
  const reader = new ProtobufReader(payload, 1)
  const values: Array<number | undefined> = []
  let proof: Uint8Array = payload.subarray(0, 0)
  let lengths = proof
  let data = proof
  let hashes: Uint8Array | undefined
  for (let field = reader.field(); field !== 0; field = reader.field()) {
    if (field <= 4 || field === 6) values[field] = reader.number()
    else if (field === 5) hashes = hashList(reader.bytes())
    else if (field === 7) proof = hashList(reader.bytes())
    else if (field === 8) lengths = reader.bytes()
    else if (field === 9) data = reader.bytes()
    else reader.skip()
  }
  const [, channel, id, start, length, , last] = values
  if ((length === undefined) !== (hashes === undefined))
    throw new ProtocolError('a feed has a length and roots, or neither')
  const roots = hashes === undefined ? undefined : { blocks: present(length), hashes }
  const blocks = cut(data, lengths)
  if (blocks.length === 0 && !last) throw new ProtocolError('an answer without blocks must be the last')
  const run = { channel: present(channel), id: present(id), start: present(start) }
  return { type: RANGE_RESPONSE, ...run, blocks, proof, roots, last: last !== undefined && last > 0 }
}

function numbers(type: number, values: readonly number[]): Uint8Array {
  let length = 1
  for (const value of values) length += numberLength(value)
  const writer = new ProtobufWriter(varintLength(length) + length).varint(length).varint(type)
  for (const [i, value] of values.entries()) writer.number(i + 1, value)
  return writer.bytes
}

function readNumbers(payload: Uint8Array, most: number): Array<number | undefined> {
  const reader = new ProtobufReader(payload, 1)
  const values = new Array<number | undefined>(most).fill(undefined)
  for (let field = reader.field(); field !== 0; field = reader.field()) {
    if (field <= most) values[field - 1] = reader.number()
    else reader.skip()
  }
  return values
}

function checkedRun(start: number | undefined, count: number | undefined) {
  if (present(count) < 1 || present(count) > MAX_RANGE_BLOCKS) {
    throw new ProtocolError(`a range has 1 to ${MAX_RANGE_BLOCKS} blocks, not ${count}`)
  }
  if (present(start) + present(count) > MAX_BLOCKS) throw new ProtocolError('a range lies beyond the end of any feed')
  return { start: present(start), count: present(count) }
}

/** Cuts the data into blocks of these lengths. */
function cut(data: Uint8Array, lengths: Uint8Array): Uint8Array[] {
  const blocks: Uint8Array[] = []
  const varint = new VarintReader()
  let offset = 0
  for (const byte of lengths) {
    const length = varint.push(byte)
    if (length === undefined) continue
    if (length > data.length - offset) throw new ProtocolError('the blocks of a range have more bytes than came')
    if (blocks.length === MAX_RANGE_FRAME_BLOCKS) {
      throw new ProtocolError(`an answer may carry ${MAX_RANGE_FRAME_BLOCKS} blocks`)
    }
    blocks.push(data.subarray(offset, offset + length))
    offset += length
  }
  if (varint.partial || offset !== data.length)
    throw new ProtocolError('the lengths of a range are not those of its blocks')
  return blocks
}

function hashList(bytes: Uint8Array): Uint8Array {
  if (bytes.length % HASH_BYTES !== 0) throw new ProtocolError('a list of hashes ends in the middle of one')
  if (bytes.length > MAX_PROOF_NODES * HASH_BYTES) throw new ProtocolError(`a proof may have ${MAX_PROOF_NODES} nodes`)
  return bytes
}

function present(value: number | undefined): number {
  if (value === undefined) throw new ProtocolError('a required field of a range message is missing')
  return value
}
