import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sha256 } from '../src/platform/sha256.ts'

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const native = (...parts: Uint8Array[]) => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}

describe('SHA-256 for pages', () => {
  it.each([
    // FIPS 180-2, appendix B, and the empty input.
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [
      'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1'
    ],
    ['a'.repeat(1_000_000), 'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0']
  ])('gives the published digests (%#)', (text, digest) => {
    expect(hex(sha256(Buffer.from(text)))).toBe(digest)
  })

  it('is right for every length around the ends of blocks', () => {
    for (let length = 0; length < 200; length++) {
      const bytes = Uint8Array.from({ length }, (_, i) => i * 7 + length)
      expect(hex(sha256(bytes))).toBe(native(bytes))
    }
  })

  it('takes parts of any length, views among them, and leaves them as they are', () => {
    const view = fc
      .tuple(fc.uint8Array({ maxLength: 300 }), fc.nat(20), fc.nat(20))
      .map(([bytes, start, end]) => bytes.subarray(start, Math.max(start, bytes.length - end)))
    fc.assert(
      fc.property(fc.array(view, { maxLength: 6 }), (parts) => {
        const before = parts.map(hex)
        expect(hex(sha256(...parts))).toBe(native(...parts))
        expect(parts.map(hex)).toEqual(before)
      }),
      { seed: 1, numRuns: 300 }
    )
  })

  it('gives each caller a fresh array', () => {
    const first = sha256(Uint8Array.of(1))
    const kept = hex(first)
    sha256(Uint8Array.of(2))
    expect(hex(first)).toBe(kept)
    expect(first.buffer.byteLength).toBe(32)
  })
})
