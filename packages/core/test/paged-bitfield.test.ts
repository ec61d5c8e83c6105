import { HAVE_PAGE_BLOCKS } from '@anyfeed/interfaces'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PagedBitfield } from '../src/bitfield/paged-bitfield.ts'

const index = fc.oneof(
  fc.nat(40_000),
  fc.nat(2 ** 32 - 1),
  fc.tuple(fc.nat(5), fc.integer({ min: -2, max: 2 })).map(([p, d]) => Math.max(0, p * HAVE_PAGE_BLOCKS + d)),
  fc.tuple(fc.nat(3), fc.integer({ min: -2, max: 2 })).map(([p, d]) => Math.max(0, p * 2 ** 22 + d))
)
const action = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('add' as const), index }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('delete' as const), index }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('fillTo' as const), index: fc.nat(20_000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('setBytes' as const), index: fc.nat(20_000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('clear' as const), index: fc.constant(0) }) }
)

function apply(actions: Array<{ do: string; index: number }>): { bits: PagedBitfield; model: Set<number> } {
  const bits = new PagedBitfield()
  let model = new Set<number>()
  for (const { do: what, index } of actions) {
    if (what === 'add') {
      expect(bits.put(index)).toBe(!model.has(index))
      model.add(index)
    } else if (what === 'delete') {
      expect(bits.put(index, false)).toBe(model.delete(index))
    } else if (what === 'fillTo') {
      bits.fillTo(index)
      for (let i = 0; i < index; i++) model.add(i)
    } else if (what === 'clear') {
      bits.clear()
      model = new Set()
    } else {
      // Every third bit, as on the wire.
      const bytes = new Uint8Array(Math.ceil(index / 8))
      model = new Set()
      for (let i = 0; i < index; i += 3) {
        bytes[i >> 3] = (bytes[i >> 3] as number) | (128 >> (i & 7))
        model.add(i)
      }
      bits.setBytes(bytes)
    }
  }
  return { bits, model }
}

const runs = { seed: 4, numRuns: 150 }

describe('the paged bitfield', () => {
  it('is a set', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), fc.array(index), (actions, probes) => {
        const { bits, model } = apply(actions)
        for (const probe of [...probes, ...model]) expect(bits.has(probe)).toBe(model.has(probe))
      }),
      runs
    )
  })

  it('counts, and finds what another lacks', () => {
    fc.assert(
      fc.property(
        fc.array(action, { maxLength: 30 }),
        fc.array(action, { maxLength: 30 }),
        index,
        fc.oneof(index, fc.constant(Infinity)),
        (mine, theirs, from, end) => {
          const a = apply(mine)
          const b = apply(theirs)
          const missing = [...a.model].filter((i) => i >= from && i < end && !b.model.has(i))
          expect(a.bits.nextMissingIn(b.bits, from, end)).toBe(
            missing.reduce((x, y) => Math.min(x, y), Infinity) === Infinity
              ? -1
              : missing.reduce((x, y) => Math.min(x, y))
          )
          const to = Math.min(end, 50_000)
          expect(a.bits.count(Math.min(from, to), to)).toBe(
            [...a.model].filter((i) => i >= Math.min(from, to) && i < to).length
          )
        }
      ),
      runs
    )
  })

  it('goes over the wire and comes back', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(30_000), { maxLength: 200 }), fc.nat(30_000), (indexes, blocks) => {
        const bits = new PagedBitfield()
        for (const index of indexes) bits.put(index)
        const bytes = bits.toBytes(blocks)
        expect(bytes).toHaveLength(Math.max(1, Math.ceil(blocks / 8)))
        const copy = new PagedBitfield()
        copy.setBytes(bytes)
        for (const index of indexes) expect(copy.has(index)).toBe(index < blocks)
      }),
      runs
    )
  })

  it('gives a store whole pages, without changing itself', () => {
    const bits = new PagedBitfield()
    bits.put(1)
    const pages = bits.pagesWith([0, HAVE_PAGE_BLOCKS, HAVE_PAGE_BLOCKS + 7])
    expect(pages.map(({ page }) => page)).toEqual([0, 1])
    expect(pages[0]?.bits[0]).toBe(0b1100_0000)
    expect(pages[1]?.bits[0]).toBe(0b1000_0001)
    expect(bits.has(0)).toBe(false)
    expect(bits.copyPage(0).bits[0]).toBe(0b0100_0000)
    expect(bits.copyPage(7).bits.every((byte) => byte === 0)).toBe(true)
  })

  it('never writes to the page that all full ones share', () => {
    const a = new PagedBitfield()
    const b = new PagedBitfield()
    a.fillTo(3 * HAVE_PAGE_BLOCKS)
    b.setBytes(new Uint8Array(2048).fill(0xff))
    a.put(5, false)
    a.put(6)
    expect(b.has(5)).toBe(true)
    expect(a.count(0, 3 * HAVE_PAGE_BLOCKS)).toBe(3 * HAVE_PAGE_BLOCKS - 1)
  })

  it('takes memory for what is mixed, and little for what is empty, full or far out', () => {
    const bits = new PagedBitfield()
    bits.fillTo(2 ** 26)
    expect(bits.cost).toBeLessThan(100_000)
    bits.clear()
    expect(bits.cost).toBe(0)
    bits.put(2 ** 32 - 1)
    expect(bits.cost).toBeLessThan(20_000)
    expect(bits.nextMissingIn(new PagedBitfield(), 0, Infinity)).toBe(2 ** 32 - 1)
    for (let i = 0; i < 100; i++) bits.put(i * HAVE_PAGE_BLOCKS + HAVE_PAGE_BLOCKS - 1)
    expect(bits.cost).toBeGreaterThan(100 * 1024)
    bits.clear()
    bits.fillTo(100)
    // A small feed's one page is as long as the feed.
    expect(bits.cost).toBeLessThan(5000)
    bits.setBytes(new Uint8Array(10))
    expect(bits.cost).toBeLessThan(8192)
  })
})
