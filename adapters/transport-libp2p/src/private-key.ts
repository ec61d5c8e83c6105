import { generateKeyPair, privateKeyFromProtobuf, privateKeyToProtobuf } from '@libp2p/crypto/keys'
import type { PrivateKey } from '@libp2p/interface'

/** A new Ed25519 private key in libp2p's own encoding, 68 bytes: what a node's identity is kept in. It is a secret. */
export async function createPrivateKey(): Promise<Uint8Array> {
  return privateKeyToProtobuf(await generateKeyPair('Ed25519'))
}

/** Reads a private key. Throws a `TypeError` for bytes that are none. */
export function readPrivateKey(bytes: Uint8Array): PrivateKey {
  try {
    return privateKeyFromProtobuf(bytes)
  } catch (cause) {
    throw new TypeError('the private key is not one in the encoding of libp2p', { cause })
  }
}
