import fc from 'fast-check'
import { expect, it } from 'vitest'
import { decodeAddresses, encodeAddresses, MAX_ADDRESS_BYTES } from '../src/txt.ts'

const numRuns = 10_000
const address = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 700 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.constant('/ip4/127.0.0.1/tcp/1')
)

it('brings addresses back byte for byte, in order', () => {
  fc.assert(
    fc.property(fc.array(address, { maxLength: 80 }), (addresses) => {
      const records = encodeAddresses(addresses)
      for (const string of records.flat()) expect(string.length).toBeLessThanOrEqual(255)
      expect(records.flatMap((strings) => decodeAddresses(strings))).toEqual([...new Set(addresses)])
    }),
    { numRuns }
  )
})

it('takes any strings without throwing', () => {
  const start = fc.constantFrom('', '0.0=', '0.1=', '1.0=', '99.0=', '0.0')
  const string = fc
    .tuple(start, fc.uint8Array({ maxLength: 255 }))
    .map(([s, bytes]) => Buffer.from([...Buffer.from(s), ...bytes]))
  fc.assert(
    fc.property(fc.array(string, { maxLength: 50 }), (strings) => {
      expect(decodeAddresses(strings).length).toBeLessThanOrEqual(32)
    }),
    { numRuns }
  )
})

it('skips parts out of order and what is not UTF-8', () => {
  const strings = ['txtvers=1', '0.1=late', '1.0=/a', '1.0=/twice', '1.1=/b', '2.0=\u00ff'].map((s) =>
    Buffer.from(s, 'latin1')
  )
  expect(decodeAddresses(strings)).toEqual(['/a/b'])
})

it('keeps the longest address in one record and refuses a longer one', () => {
  const longest = 'x'.repeat(MAX_ADDRESS_BYTES)
  expect(encodeAddresses(['/a', longest]).map((strings) => decodeAddresses(strings))).toEqual([['/a'], [longest]])
  for (const wrong of [`${longest}x`, '\ud800']) expect(() => encodeAddresses([wrong])).toThrow(RangeError)
})
