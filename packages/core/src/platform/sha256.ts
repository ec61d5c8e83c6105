import type { Sha256 } from '@anyfeed/interfaces'

// SHA-256 (FIPS 180-4) in JavaScript: WebCrypto's digest is asynchronous, and slower for the tree's small inputs. All
// calls share one state, which none outlives: a call makes nothing but views and its result. What is hashed is public,
// so that nothing is wiped afterwards.

const BLOCK_BYTES = 64

const PRIMES = [2]
for (let n = 3; PRIMES.length < 64; n += 2) if (PRIMES.every((prime) => n % prime > 0)) PRIMES.push(n)

/** The constants of the rounds, and the state at the beginning: section 4.2.2, and section 5.3.3. */
const ROUNDS = Int32Array.from(PRIMES, (prime) => fraction(Math.cbrt(prime)))
const BEGIN = Int32Array.from(PRIMES.slice(0, 8), (prime) => fraction(Math.sqrt(prime)))

const state = new Int32Array(8)
/** The message schedule of a block. */
const w = new Int32Array(64)
/** The beginning of a block. */
const pending = new Uint8Array(BLOCK_BYTES)
const pendingView = new DataView(pending.buffer)

/** SHA-256 of the parts, one after the other: 32 bytes. */
export const sha256: Sha256 = (...parts) => {
  state.set(BEGIN)
  let filled = 0
  let length = 0
  for (const part of parts) {
    const view = new DataView(part.buffer, part.byteOffset)
    length += part.length
    for (let offset = 0; offset < part.length; ) {
      if (filled === 0 && part.length - offset >= BLOCK_BYTES) {
        compress(view, offset)
        offset += BLOCK_BYTES
        continue
      }
      const taken = Math.min(BLOCK_BYTES - filled, part.length - offset)
      for (let i = 0; i < taken; i++) pending[filled++] = part[offset++] as number
      if (filled === BLOCK_BYTES) {
        compress(pendingView, 0)
        filled = 0
      }
    }
  }

  // A one bit, zeros, and in the last 8 bytes the length in bits (section 5.1.1).
  pending[filled++] = 0x80
  pending.fill(0, filled)
  if (filled > BLOCK_BYTES - 8) {
    compress(pendingView, 0)
    pending.fill(0)
  }
  pendingView.setUint32(BLOCK_BYTES - 8, length / 2 ** 29)
  pendingView.setUint32(BLOCK_BYTES - 4, length << 3)
  compress(pendingView, 0)

  const digest = new Uint8Array(32)
  const view = new DataView(digest.buffer)
  for (let i = 0; i < 8; i++) view.setInt32(4 * i, state[i] as number)
  return digest
}

/** Takes the block of 64 bytes at `offset` into the state (section 6.2.2). */
function compress(bytes: DataView, offset: number): void {
  for (let t = 0; t < 16; t++) w[t] = bytes.getInt32(offset + 4 * t)
  for (let t = 16; t < 64; t++) {
    const x = w[t - 15] as number
    const y = w[t - 2] as number
    const s0 = rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3)
    const s1 = rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10)
    w[t] = s1 + (w[t - 7] as number) + s0 + (w[t - 16] as number)
  }
  let a = state[0] as number
  let b = state[1] as number
  let c = state[2] as number
  let d = state[3] as number
  let e = state[4] as number
  let f = state[5] as number
  let g = state[6] as number
  let h = state[7] as number
  for (let t = 0; t < 64; t++) {
    const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
    const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + (ROUNDS[t] as number) + (w[t] as number)) | 0
    const t2 = s0 + ((a & b) ^ (a & c) ^ (b & c))
    h = g
    g = f
    f = e
    e = (d + t1) | 0
    d = c
    c = b
    b = a
    a = (t1 + t2) | 0
  }
  add(0, a)
  add(1, b)
  add(2, c)
  add(3, d)
  add(4, e)
  add(5, f)
  add(6, g)
  add(7, h)
}

function add(i: number, word: number): void {
  state[i] = (state[i] as number) + word
}

/** Rotates 32 bits to the right. */
function rotate(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by))
}

/** The first 32 bits behind the point. */
function fraction(root: number): number {
  return (root % 1) * 2 ** 32
}
