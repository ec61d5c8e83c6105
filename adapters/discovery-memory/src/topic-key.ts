const TOPIC_BYTES = 32

/** A topic as a key of a map. Throws a `RangeError` for anything but 32 bytes. */
export function topicKey(topic: Uint8Array): string {
  if (topic.length !== TOPIC_BYTES) throw new RangeError(`a topic has ${TOPIC_BYTES} bytes, not ${topic.length}`)
  return String.fromCharCode(...topic)
}
