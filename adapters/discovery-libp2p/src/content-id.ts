import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import { create } from 'multiformats/hashes/digest'

/** Bytes of a topic. */
export const TOPIC_LENGTH = 32

const SHA2_256 = 0x12

/** What the DHT knows a topic by: the content id whose SHA-256 the topic is. Throws a `RangeError` for anything but 32 bytes. */
export function contentId(topic: Uint8Array): CID {
  if (!(topic instanceof Uint8Array) || topic.byteLength !== TOPIC_LENGTH) {
    throw new RangeError(`a topic is ${TOPIC_LENGTH} bytes`)
  }
  return CID.createV1(raw.code, create(SHA2_256, topic))
}
