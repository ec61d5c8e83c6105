/**
 * Returns a fresh array of `length` bytes (0 to 65,536) that nobody can predict.
 *
 * Feed keys, peer ids and the nonces of a private join depend on it; a test may pass a seeded one.
 */
export type RandomBytes = (length: number) => Uint8Array
