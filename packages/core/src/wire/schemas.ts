import { MAX_EXTENSIONS, MAX_HAVE_BLOCKS, MAX_PROOF_NODES, MAX_RANGE_FRAME_BLOCKS } from '../limits.ts'
import {
  blocks,
  bytes,
  type Field,
  hash,
  hashes,
  list,
  message,
  number,
  optional,
  packed,
  type Schema,
  schema,
  text
} from './fields.ts'

/** A message about a channel, the sender's own number for which comes first. */
function onChannel(fields: Readonly<Record<string, Field>>): Schema {
  return schema({ channel: number, ...fields })
}

export const HANDSHAKE = schema({
  protocol: text,
  version: optional(number, 0),
  id: hash,
  extensions: list(text, MAX_EXTENSIONS),
  nonce: optional(hash)
})

const node = message(schema({ index: number, hash }))
const nothing = onChannel({})
const block = onChannel({ block: number })
const range = { id: number, start: number, count: number }

/** The fields of each type of message, from JOIN on (PROTOCOL section 3, and docs/protocol.md for those of version 1). */
export const SCHEMAS: readonly Schema[] = [
  /* JOIN */ onChannel({ id: hash }),
  /* LEAVE */ nothing,
  /* HAVE */ onChannel({ blocks: list(number, MAX_HAVE_BLOCKS), bitfield: optional(bytes()) }),
  /* PAUSE */ nothing,
  /* UNPAUSE */ nothing,
  /* REQUEST */ block,
  /* RESPONSE */ onChannel({ block: number, data: bytes(), proof: list(node, MAX_PROOF_NODES) }),
  /* CANCEL */ block,
  /* PRIVATE_JOIN */ onChannel({ prefix: bytes((length) => length === 2), proof: hash }),
  /* RANGE_REQUEST */ onChannel({ ...range, top: optional(number) }),
  /* RANGE_RESPONSE */ onChannel({
    id: number,
    start: number,
    length: optional(number),
    roots: optional(hashes),
    last: optional(number),
    proof: optional(hashes),
    lengths: packed(MAX_RANGE_FRAME_BLOCKS),
    data: optional(blocks)
  }),
  /* RANGE_CANCEL */ onChannel(range)
]
