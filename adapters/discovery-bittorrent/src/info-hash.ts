import type { DiscoveryOptions } from '@anyfeed/interfaces'

/** The length of what the mainline DHT calls an info hash. */
const INFO_HASH_BYTES = 20
const LENGTH = 32

/**
 * What a feed is announced and looked up under:
 * - `topic`: the first 20 bytes of the topic, which is a hash of the id;
 * - `id`: the first 20 bytes of the id itself, as 2016 peers do. Everyone who keeps or reads the DHT's traffic learns
 *   these 20 of its 32 bytes: it takes all 32 to read the feed, and 20 to recognize it by one who knows its id;
 * - `both`: so that peers of today and of 2016 are met, at twice the packets.
 */
export type TopicKey = 'topic' | 'id' | 'both'

export function isTopicKey(key: unknown): key is TopicKey {
  return key === 'topic' || key === 'id' || key === 'both'
}

/**
 * The info hashes of a feed, in hexadecimal. Throws a `RangeError` for a topic or an id that has not 32 bytes, and a
 * `TypeError` where the id is needed and missing.
 */
export function infoHashes(topic: Uint8Array, { id }: Pick<DiscoveryOptions, 'id'>, key: TopicKey): string[] {
  checkLength('a topic', topic)
  if (key === 'topic') return [infoHash(topic)]
  if (id === undefined) throw new TypeError(`the key '${key}' needs the feed's id beside the topic`)
  checkLength("a feed's id", id)
  return key === 'id' ? [infoHash(id)] : [infoHash(id), infoHash(topic)]
}

function checkLength(what: string, { length }: Uint8Array): void {
  if (length !== LENGTH) throw new RangeError(`${what} has ${LENGTH} bytes, not ${length}`)
}

function infoHash(bytes: Uint8Array): string {
  return Buffer.from(bytes.subarray(0, INFO_HASH_BYTES)).toString('hex')
}
