import { ProtocolError } from '@anyfeed/interfaces'
import { RANGE_RESPONSE, type RangeResponse } from './messages.ts'

/** The fields of a range response as they stand on the wire (docs/protocol.md, range requests). */
export interface RangeFields {
  readonly channel: number
  readonly id: number
  readonly start: number
  readonly length: number | undefined
  readonly roots: Uint8Array | undefined
  readonly last: number | undefined
  readonly proof: Uint8Array | undefined
  readonly lengths: readonly number[]
  readonly data: Uint8Array | readonly Uint8Array[] | undefined
}

const NOTHING = new Uint8Array(0)

export function rangeFields({ channel, id, start, blocks, proof, roots, last }: RangeResponse): RangeFields {
  return {
    channel,
    id,
    start,
    length: roots?.blocks,
    roots: roots?.hashes,
    last: last ? 1 : undefined,
    proof: proof.length > 0 ? proof : undefined,
    lengths: blocks.map(({ length }) => length),
    data: blocks.length > 0 ? blocks : undefined
  }
}

/** Throws a {@link ProtocolError} for fields that do not fit together. */
export function rangeResponse(fields: RangeFields): RangeResponse {
  const { channel, id, start, length, roots, last = 0, proof = NOTHING, lengths, data = NOTHING } = fields
  if ((length === undefined) !== (roots === undefined)) throw new ProtocolError('a length comes with roots')
  if (lengths.length === 0 && last === 0) throw new ProtocolError('an answer without blocks is the last')
  return {
    type: RANGE_RESPONSE,
    channel,
    id,
    start,
    blocks: cut(data as Uint8Array, lengths),
    proof,
    roots: roots && { blocks: length as number, hashes: roots },
    last: last > 0
  }
}

/** Cuts the data into blocks of these lengths. */
function cut(data: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  const blocks: Uint8Array[] = []
  let start = 0
  for (const length of lengths) {
    blocks.push(data.subarray(start, start + length))
    start += length
  }
  if (start !== data.length) throw new ProtocolError(`blocks of ${start} bytes do not make ${data.length} bytes`)
  return blocks
}
