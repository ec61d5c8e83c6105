import type { Sha256 } from '@anyfeed/interfaces'
import { toUtf8 } from '../bytes/utf8.ts'

const TOPIC = toUtf8('anyfeed topic')
const JOIN = toUtf8('anyfeed join')
const NOTHING = new Uint8Array(0)

/** The hash of a feed's id under which it is announced: SHA-256("anyfeed topic" ‖ id), 32 bytes. */
export function topicOf(sha256: Sha256, id: Uint8Array): Uint8Array {
  return sha256(TOPIC, id)
}

/**
 * Proves knowledge of a feed's id for one stream and one direction, and tells nobody else which feed is meant:
 * SHA-256("anyfeed join" ‖ id ‖ the prover's nonce ‖ the verifier's nonce ‖ channel binding), 32 bytes. The binding is
 * the connection's, where its transport has one: without, a man in the middle can relay a proof.
 */
export function joinProof(
  sha256: Sha256,
  id: Uint8Array,
  [prover, verifier]: readonly [prover: Uint8Array, verifier: Uint8Array],
  binding: Uint8Array = NOTHING
): Uint8Array {
  return sha256(JOIN, id, prover, verifier, binding)
}
