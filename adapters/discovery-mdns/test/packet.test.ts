import fc from 'fast-check'
import { expect, it } from 'vitest'
import { decodePacket, PTR, TXT } from '../src/packet.ts'

const numRuns = 10_000

/** `_a._b` asked for, and answered with a PTR whose name is a pointer to the question's, and a TXT of two strings. */
const VALID = Uint8Array.from([
  ...[0, 0, 0x84, 0, 0, 1, 0, 2, 0, 0, 0, 0],
  ...[2, 0x5f, 0x61, 2, 0x5f, 0x42, 0, 0, 12, 0, 1],
  ...[0xc0, 12, 0, 12, 0, 1, 0, 0, 0, 120, 0, 4, 1, 0x69, 0xc0, 15],
  ...[0xc0, 35, 0, 16, 0x80, 1, 0, 0, 0, 60, 0, 5, 1, 0x78, 2, 0x79, 0x7a]
])

it('reads questions and answers, pointers followed, in lower case', () => {
  expect(decodePacket(VALID)).toEqual({
    response: true,
    questions: [{ name: '_a._b', type: PTR }],
    records: [
      { name: '_a._b', type: PTR, ttl: 120, target: 'i._b' },
      { name: 'i._b', type: TXT, ttl: 60, strings: [Uint8Array.of(0x78), Uint8Array.of(0x79, 0x7a)] }
    ]
  })
})

it('takes any bytes without throwing', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
      decodePacket(bytes)
    }),
    { numRuns }
  )
})

it('takes damaged packets without throwing, and never finds more than a packet can hold', () => {
  const damage = fc.array(fc.tuple(fc.nat(VALID.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(damage, fc.nat(VALID.length), (changes, length) => {
      const bytes = VALID.slice(0, length > 12 ? length : VALID.length)
      for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value
      const packet = decodePacket(bytes)
      expect((packet?.questions.length ?? 0) + (packet?.records.length ?? 0)).toBeLessThan(bytes.length / 4)
    }),
    { numRuns }
  )
})

it('refuses names that go in circles, and counts that the packet cannot hold', () => {
  const header = [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]
  for (const name of [[0xc0, 12], [1, 0x61, 0xc0, 12], [0xc0, 14, 0xc0, 12], [0x40], [0x80]]) {
    expect(decodePacket(Uint8Array.from([...header, ...name, 0, 12, 0, 1]))).toBeUndefined()
  }
  const counts = Uint8Array.from([0, 0, 0, 0, ...new Array(8).fill(0xff), 0, 0, 12, 0, 1])
  expect(decodePacket(counts)).toBeUndefined()
})
