import { randomBytes } from 'node:crypto'
import { base32 } from './base32.ts'

const TOPIC_BYTES = 32
/** So many random bytes that two instances never have one name: there is nothing to probe for (RFC 6762 section 8.1). */
const INSTANCE_BYTES = 16

/** The DNS-SD service type (RFC 6763 section 4.1.2: `_udp` for everything that is not plainly TCP). */
export const SERVICE = '_anyfeed._udp.local'

/**
 * The name that a topic is asked for: a subtype of the service (RFC 6763 section 7.1). It tells the topic and nothing
 * else. Throws a `RangeError` for anything but 32 bytes.
 */
export function topicName(topic: Uint8Array): string {
  if (topic.length !== TOPIC_BYTES) throw new RangeError(`a topic has ${TOPIC_BYTES} bytes, not ${topic.length}`)
  return `${base32(topic)}._sub.${SERVICE}`
}

/** A name of its own for each announcement, so that nothing in it ties an announcer's topics together. */
export function freshInstanceName(): string {
  return `${base32(randomBytes(INSTANCE_BYTES))}.${SERVICE}`
}

/** Whether a name, in lower case, can be that of an instance of the service. */
export function isInstanceName(name: string): boolean {
  return name.endsWith(`.${SERVICE}`) && !name.includes('._sub.')
}
