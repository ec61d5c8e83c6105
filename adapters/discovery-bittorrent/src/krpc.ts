import { type Bencoded, decodeBencode } from './bencode.ts'

const ID_BYTES = 20
const NODE_BYTES = 26
const PEER_BYTES = 6
const MAX_TRANSACTION_BYTES = 32
const MAX_TOKEN_BYTES = 256
/** Keys that would change what an object is, in a decoder that puts them into one. */
const UNSAFE_KEYS = ['__proto__', 'constructor', 'toString', 'length', 'hasOwnProperty']

type Dictionary = ReadonlyMap<string, Bencoded>

/**
 * Whether a packet is a message of the DHT (BEP 5) that the library may be given: each part that it reads is there and of
 * the type and length that it takes for granted. Never throws.
 *
 * Queries to store or fetch values (BEP 44) are not let through: this node keeps peers, and no one's data.
 */
export function isKrpc(packet: Uint8Array): boolean {
  const message = dictionary(decodeBencode(packet))
  if (message === undefined || !string(message.get('t'), 1, MAX_TRANSACTION_BYTES)) return false
  const kind = text(message.get('y'))
  // The library looks into the parts of one kind of message in the others, too.
  if ((message.has('a') && kind !== 'q') || (message.has('r') && kind !== 'r')) return false
  switch (kind) {
    case 'q':
      return isQuery(text(message.get('q')), dictionary(message.get('a')))
    case 'r':
      return isResponse(dictionary(message.get('r')))
    case 'e':
      return isError(message.get('e'))
    default:
      return false
  }
}

function isQuery(query: string | undefined, args: Dictionary | undefined): boolean {
  if (args === undefined || !string(args.get('id'), ID_BYTES)) return false
  switch (query) {
    case 'ping':
      return true
    case 'find_node':
      return string(args.get('target'), ID_BYTES)
    case 'get_peers':
      return string(args.get('info_hash'), ID_BYTES)
    case 'announce_peer':
      return (
        string(args.get('info_hash'), ID_BYTES) &&
        string(args.get('token'), 1, MAX_TOKEN_BYTES) &&
        optional(args.get('port'), number) &&
        optional(args.get('implied_port'), number)
      )
    default:
      return false
  }
}

function isResponse(response: Dictionary | undefined): boolean {
  return (
    response !== undefined &&
    string(response.get('id'), ID_BYTES) &&
    optional(response.get('token'), (token) => string(token, 1, MAX_TOKEN_BYTES)) &&
    optional(response.get('nodes'), (nodes) => nodes instanceof Uint8Array && nodes.length % NODE_BYTES === 0) &&
    optional(response.get('values'), isPeers)
  )
}

function isPeers(values: Bencoded): boolean {
  return Array.isArray(values) && values.every((value) => string(value, PEER_BYTES))
}

function isError(error: Bencoded | undefined): boolean {
  return Array.isArray(error) && error.length === 2 && number(error[0]) && error[1] instanceof Uint8Array
}

function dictionary(value: Bencoded | undefined): Dictionary | undefined {
  if (!(value instanceof Map) || UNSAFE_KEYS.some((key) => value.has(key))) return undefined
  return value
}

function string(value: Bencoded | undefined, shortest: number, longest = shortest): boolean {
  return value instanceof Uint8Array && value.length >= shortest && value.length <= longest
}

function number(value: Bencoded | undefined): boolean {
  return typeof value === 'number'
}

function optional(value: Bencoded | undefined, is: (value: Bencoded) => boolean): boolean {
  return value === undefined || is(value)
}

function text(value: Bencoded | undefined): string | undefined {
  return value instanceof Uint8Array ? String.fromCharCode(...value.subarray(0, 16)) : undefined
}
