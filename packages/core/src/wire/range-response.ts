import { ProtocolError } from '@anyfeed/interfaces'
import type { RANGE_RESPONSE, RangeResponse } from './messages.ts'

/** The fields of a range response as they stand on the wire (docs/protocol.md, range requests). */
export interface RangeFields {
  readonly type: typeof RANGE_RESPONSE
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

export function rangeFields(message: RangeResponse): RangeFields {
  const { blocks, proof, roots, last } = message
  return {
    ...message,
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
  const { length, roots, last = 0, proof = NOTHING, lengths, data = NOTHING, ...rest } = fields
  let end = 0
  const blocks = lengths.map((length) => {
    end += length
    return (data as Uint8Array).subarray(end - length, end)
  })
  // Only the last answer may have no blocks, and a length comes with roots.
  if (end !== data.length || last + lengths.length === 0 || (length === undefined) !== !roots) {
    throw new ProtocolError('an answer contradicts itself')
  }
  return { ...rest, blocks, proof, roots: roots && { blocks: length as number, hashes: roots }, last: last > 0 }
}
