/**
 * SHA-256 (FIPS 180-4) of the concatenation of `parts`: a fresh array of 32 bytes.
 *
 * Synchronous, because the merkle tree asks for many hashes of few bytes. The parts are only read, and not kept.
 */
export type Sha256 = (...parts: readonly Uint8Array[]) => Uint8Array
