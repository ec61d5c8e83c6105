/** The length of what the mainline DHT calls an info hash. */
export const INFO_HASH_BYTES = 20
const TOPIC_BYTES = 32

/** What a topic is announced and looked up under: one info hash or several, 20 bytes each. */
export type TopicKey = (topic: Uint8Array) => Uint8Array | readonly Uint8Array[]

/** The first 20 bytes of the topic. */
export const keyOfTopic: TopicKey = (topic) => topic.subarray(0, INFO_HASH_BYTES)

/**
 * The key of 2016 peers: the first 20 bytes of the feed's id. `idOf` gives the id of a topic, which is a hash of it:
 * whoever made the topic from the id has both. Where it gives none, the topic's own bytes are used.
 *
 * With `alsoTopic`, both: peers of today find each other without the id's bytes, and 2016 peers are met, too.
 *
 * Whoever reads the DHT's traffic learns 20 of the id's 32 bytes. It takes all 32 to read the feed.
 *
 * @example
 * ```ts
 * const ids = new Map<string, Uint8Array>() // filled by whoever computes the topics
 * bittorrentDiscovery({ key: keyOfId((topic) => ids.get(toHex(topic))), bootstrap: 'public' })
 * ```
 */
export function keyOfId(
  idOf: (topic: Uint8Array) => Uint8Array | undefined,
  options: { readonly alsoTopic?: boolean } = {}
): TopicKey {
  return (topic) => {
    const id = idOf(topic)
    if (id === undefined) return keyOfTopic(topic)
    const key = id.subarray(0, INFO_HASH_BYTES)
    return options.alsoTopic ? [key, topic.subarray(0, INFO_HASH_BYTES)] : key
  }
}

/** The info hashes of a topic, each once, in hexadecimal. Throws a `RangeError` for a wrong number of bytes. */
export function infoHashes(topic: Uint8Array, key: TopicKey): string[] {
  if (topic.length !== TOPIC_BYTES) throw new RangeError(`a topic has ${TOPIC_BYTES} bytes, not ${topic.length}`)
  const keys = key(topic)
  const hashes = (keys instanceof Uint8Array ? [keys] : keys).map((bytes) => {
    if (bytes.length !== INFO_HASH_BYTES) {
      throw new RangeError(`a topic's key has ${INFO_HASH_BYTES} bytes, not ${bytes.length}`)
    }
    return Buffer.from(bytes).toString('hex')
  })
  if (hashes.length === 0) throw new RangeError('a topic has one key at least')
  return [...new Set(hashes)]
}
