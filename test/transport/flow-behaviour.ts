import { describe, expect, it } from 'vitest'
import { countBytes, countNumbered, numbered } from './bytes.ts'
import { type TransportFactory, withPair } from './pair.ts'
import { atRest } from './stall.ts'

const MIB = 1024 * 1024
const SIZES = [0, 1, 0, 5, 1000, 65535, 65536, 65537, MIB, 8 * MIB, 0, 3]
const TOTAL = SIZES.reduce((sum, size) => sum + size, 0)

export function flowBehaviour(factory: TransportFactory): void {
  describe('flow', () => {
    it('brings bytes whole and in order, both ways at once, in chunks from 0 bytes to 8 MiB', () =>
      withPair(factory, async ({ connect }) => {
        const [near, far] = await connect()
        const results = await Promise.all([
          near.sink(numbered(SIZES)),
          far.sink(numbered(SIZES)),
          countNumbered(near.source),
          countNumbered(far.source)
        ])
        expect(results).toEqual([undefined, undefined, TOTAL, TOTAL])
        await Promise.all([near.closed, far.closed])
      }))

    it('brings many small chunks from an async source', () =>
      withPair(factory, async ({ connect }) => {
        const [near, far] = await connect()
        async function* source() {
          yield* numbered(Array.from({ length: 20_000 }, (_, index) => index % 50))
        }
        const [, bytes] = await Promise.all([near.sink(source()), countNumbered(far.source)])
        expect(bytes).toBe((20_000 / 50) * ((49 * 50) / 2))
      }))

    it('stops the source within maxBuffered while nobody reads, and then brings everything', () =>
      withPair(factory, async ({ connect, dialler }) => {
        const [near, far] = await connect()
        const bound = dialler.supports.maxBuffered
        const chunk = new Uint8Array(65536)
        const total = Math.ceil(bound / chunk.length) * chunk.length + 16 * MIB
        let taken = 0
        async function* source() {
          for (; taken < total; taken += chunk.length) yield chunk
        }
        const sunk = near.sink(source())
        const stalled = await atRest(() => taken)
        // The one chunk in hand: nobody can know its size before it is taken.
        expect(stalled).toBeLessThanOrEqual(bound + chunk.length)
        expect(stalled).toBeGreaterThan(0)
        expect(await countBytes(far.source)).toBe(total)
        await sunk
      }))

    it('lets one direction stall and the other go on', () =>
      withPair(factory, async ({ connect, dialler }) => {
        const [near, far] = await connect()
        const chunk = new Uint8Array(65536)
        function* endless() {
          for (;;) yield chunk
        }
        const stuck = near.sink(endless()).catch((error: Error) => error)
        await atRest(() => 0)
        const [, bytes] = await Promise.all([far.sink(numbered([MIB])), countNumbered(near.source)])
        expect(bytes).toBe(MIB)
        const reason = new Error('enough')
        near.abort(reason)
        expect(await stuck).toBe(reason)
        expect(dialler.supports.maxBuffered).toBeGreaterThan(0)
      }))

    it('ends one direction and keeps the other (half-close)', () =>
      withPair(factory, async ({ connect }) => {
        const [near, far] = await connect()
        await near.sink(numbered([10]))
        expect(await countNumbered(far.source)).toBe(10)
        let closed = false
        far.closed.then(() => {
          closed = true
        })
        await atRest(() => closed)
        expect(closed).toBe(false)
        const [, bytes] = await Promise.all([far.sink(numbered([MIB, 7])), countNumbered(near.source)])
        expect(bytes).toBe(MIB + 7)
        await Promise.all([near.closed, far.closed])
      }))

    it('echoes: a source can be a sink of its own connection', () =>
      withPair(factory, async ({ connect }) => {
        const [near, far] = await connect()
        const echoed = far.sink(far.source)
        const [, bytes] = await Promise.all([near.sink(numbered([MIB, 1, 65536])), countNumbered(near.source)])
        expect(bytes).toBe(MIB + 1 + 65536)
        await echoed
      }))

    it('answers reads that overlap in order', () =>
      withPair(factory, async ({ connect }) => {
        const [near, far] = await connect()
        const iterator = far.source[Symbol.asyncIterator]()
        const reads = [iterator.next(), iterator.next(), iterator.next()]
        await near.sink([Uint8Array.of(1)])
        expect(await Promise.all(reads)).toEqual([
          { done: false, value: expect.objectContaining({ 0: 1, length: 1 }) },
          { done: true, value: undefined },
          { done: true, value: undefined }
        ])
      }))

    it('gives the reader plain arrays, whose slices are copies', () =>
      withPair(factory, async ({ connect }) => {
        const [near, far] = await connect()
        const [step] = await Promise.all([
          far.source[Symbol.asyncIterator]().next(),
          near.sink([Uint8Array.of(1, 2, 3)])
        ])
        const value = step.value as Uint8Array
        expect(value.constructor).toBe(Uint8Array)
        expect([...value]).toEqual([1, 2, 3])
      }))
  })
}
