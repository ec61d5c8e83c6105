import { describe, expect, it } from 'vitest'
import { OneWay } from '../links/link.ts'

const bytes = (length: number) => new Uint8Array(length)
const lengths = (pieces: Uint8Array[]) => pieces.map(({ length }) => length)

describe('one way of a link', () => {
  it('delays what it carries', () => {
    const way = new OneWay({ delay: 50 })
    way.put(bytes(100), 1000)
    expect(way.next).toBe(1050)
    expect(way.take(1049)).toEqual([])
    expect(lengths(way.take(1050))).toEqual([100])
    expect(way.next).toBeUndefined()
  })

  it('sends no more than its rate, one behind the other', () => {
    const way = new OneWay({ delay: 10, rate: 8_192_000 })
    way.put(bytes(8192 * 3), 0)
    expect(lengths(way.take(11))).toEqual([8192])
    expect(lengths(way.take(12.9))).toEqual([8192])
    expect(lengths(way.take(13))).toEqual([8192])
    // It was idle meanwhile: what it did not send then is not made up for.
    way.put(bytes(8192), 100)
    expect(way.next).toBe(111)
  })

  it('is full when more waits than a queue of 50 ms holds', () => {
    const way = new OneWay({ delay: 50, rate: 100_000 })
    way.put(bytes(9_999), 0)
    expect(way.full).toBe(false)
    way.put(bytes(1), 0)
    expect(way.full).toBe(true)
    way.take(1000)
    expect(way.full).toBe(false)
  })

  it('keeps all bytes in their order', () => {
    const way = new OneWay({ delay: 1, rate: 1_000_000 })
    const sent = Uint8Array.from({ length: 50_000 }, (_, i) => i)
    way.put(sent.subarray(0, 20_000), 0)
    way.put(sent.subarray(20_000), 5)
    expect(Buffer.concat(way.take(Infinity)).equals(sent)).toBe(true)
  })
})
