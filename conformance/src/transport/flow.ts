import { equal, isEqual } from '../assert/equal.ts'
import { ok } from '../assert/ok.ts'
import { countBytes, countNumbered, numbered } from '../bytes/numbered.ts'
import { quote } from '../suite/case.ts'
import { atRest } from '../wait/until.ts'
import { transportCase } from './transport-case.ts'

const MIB = 1024 * 1024
const CHUNK = 65_536
const SIZES = [0, 1, 0, 5, 1000, 65_535, 65_536, 65_537, MIB, 8 * MIB, 0, 3]
const TOTAL = SIZES.reduce((sum, size) => sum + size, 0)

const wholeAndInOrder = quote('Connection', 'Bytes arrive whole and in order')
const backPressure = quote(
  'Connection',
  "a source that is not read stops the remote's sink, after at most the bound that the transport states"
)

/** What passes over a connection. */
export const flowCases = [
  transportCase(
    'flow.whole-and-in-order',
    'bytes come whole and in order, in chunks from 0 bytes to 8 MiB',
    wholeAndInOrder,
    async (world) => {
      const { connect } = await world.pair()
      const [near, far] = await connect()
      const [, bytes] = await Promise.all([near.sink(numbered(SIZES)), countNumbered(far.source)])
      equal(bytes, TOTAL, 'the number of bytes that came')
    }
  ),
  transportCase(
    'flow.both-ways-at-once',
    'both directions carry everything at the same time, and the connection is over when both have ended',
    wholeAndInOrder.concat(quote('Connection.closed', 'when both directions are over')),
    async (world) => {
      const { connect } = await world.pair()
      const [near, far] = await connect()
      const [, , atFar, atNear] = await Promise.all([
        near.sink(numbered(SIZES)),
        far.sink(numbered(SIZES)),
        countNumbered(far.source),
        countNumbered(near.source)
      ])
      equal([atFar, atNear], [TOTAL, TOTAL], 'the numbers of bytes that came')
      await Promise.all([near.closed, far.closed])
    }
  ),
  transportCase(
    'flow.many-small-chunks',
    'many small chunks from an async source all come',
    wholeAndInOrder,
    async (world) => {
      const { connect } = await world.pair()
      const [near, far] = await connect()
      async function* source() {
        yield* numbered(Array.from({ length: 20_000 }, (_, index) => index % 50))
      }
      const [, bytes] = await Promise.all([near.sink(source()), countNumbered(far.source)])
      equal(bytes, (20_000 / 50) * ((49 * 50) / 2), 'the number of bytes that came')
    }
  ),
  transportCase(
    'flow.back-pressure',
    'the source is asked for no more than maxBuffered and one chunk while nobody reads; then everything comes',
    backPressure.concat(
      quote(
        'TransportSupports.maxBuffered',
        'The most bytes that one direction of a connection takes in from a sender while the receiver does not read, plus the chunk in hand'
      )
    ),
    async (world) => {
      const { connect, dialler } = await world.pair()
      const [near, far] = await connect()
      const bound = dialler.supports.maxBuffered
      const chunk = new Uint8Array(CHUNK)
      const total = Math.ceil(bound / CHUNK) * CHUNK + 16 * MIB
      let taken = 0
      async function* source() {
        for (; taken < total; taken += CHUNK) yield chunk
      }
      const sunk = near.sink(source())
      sunk.catch(() => {})
      const stalled = await atRest(() => taken)
      ok(stalled <= bound + CHUNK, `${stalled} bytes were taken while nobody read, where the bound is ${bound}`)
      ok(stalled > 0, 'nothing was taken at all')
      equal(await countBytes(far.source), total, 'the number of bytes that came')
      await sunk
    }
  ),
  transportCase(
    'flow.one-direction-stalls',
    'a direction that nobody reads does not hold up the other',
    quote('Connection', 'Back-pressure is part of the contract in both directions'),
    async (world) => {
      const { connect } = await world.pair()
      const [near, far] = await connect()
      function* endless() {
        for (;;) yield new Uint8Array(CHUNK)
      }
      const stuck = near.sink(endless()).catch((error: Error) => error)
      await atRest(() => 0)
      const [, bytes] = await Promise.all([far.sink(numbered([MIB])), countNumbered(near.source)])
      equal(bytes, MIB, 'the number of bytes that came the other way')
      const reason = new Error('enough')
      near.abort(reason)
      equal(await stuck, reason, 'what the stalled sink failed with')
    }
  ),
  transportCase(
    'flow.half-close',
    'the end of one direction is told, and the other goes on',
    quote('Connection.source', 'It ends when the remote ended its sink').concat(
      quote(
        'Connection.sink',
        'Resolves when `source` has ended, its last byte was handed on and the remote was told of the end; the other direction goes on (half-close).'
      )
    ),
    async (world) => {
      const { connect } = await world.pair()
      const [near, far] = await connect()
      await near.sink(numbered([10]))
      equal(await countNumbered(far.source), 10, 'the number of bytes that came')
      let closed = false
      far.closed.then(() => {
        closed = true
      })
      equal(await atRest(() => closed), false, 'whether the connection is closed after one direction has ended')
      const [, bytes] = await Promise.all([far.sink(numbered([MIB, 7])), countNumbered(near.source)])
      equal(bytes, MIB + 7, 'the number of bytes that came back')
      await Promise.all([near.closed, far.closed])
    }
  ),
  transportCase(
    'flow.echo',
    "a connection's source can be its own sink's, and the sink works without its object",
    quote('Connection', 'so that `it-pipe` composes it').concat(
      quote('Connection.sink', 'A function of its own, which works without its object')
    ),
    async (world) => {
      const { connect } = await world.pair()
      const [near, far] = await connect()
      const { sink } = far
      const echoed = sink(far.source)
      const [, bytes] = await Promise.all([near.sink(numbered([MIB, 1, 65_536])), countNumbered(near.source)])
      equal(bytes, MIB + 1 + 65_536, 'the number of bytes that came back')
      await echoed
    }
  ),
  transportCase(
    'flow.overlapping-reads',
    'reads that are asked for at once are answered in order, with the end behind the last byte',
    quote('Connection.source', 'It ends when the remote ended its sink').concat(wholeAndInOrder),
    async (world) => {
      const { connect } = await world.pair()
      const [near, far] = await connect()
      const iterator = far.source[Symbol.asyncIterator]()
      const reads = [iterator.next(), iterator.next(), iterator.next()]
      await near.sink([Uint8Array.of(1)])
      const [first, ...rest] = await Promise.all(reads)
      ok(first !== undefined && first.done !== true && isEqual(first.value, Uint8Array.of(1)), 'the byte came first')
      equal(
        rest.map(({ done }) => done),
        [true, true],
        'whether the others were told of the end'
      )
    }
  ),
  transportCase(
    'flow.plain-chunks',
    'chunks are plain arrays, whose slices are copies',
    quote('Connection.source', 'Chunks are plain `Uint8Array`s, whose `slice` is a copy.'),
    async (world) => {
      const { connect } = await world.pair()
      const [near, far] = await connect()
      const read = far.source[Symbol.asyncIterator]().next()
      await near.sink([Uint8Array.of(1, 2, 3)])
      const { value } = await read
      equal(value, Uint8Array.of(1, 2, 3), 'the chunk')
      ok((value as Uint8Array).constructor === Uint8Array, 'the chunk is of a subclass of Uint8Array')
    }
  ),
  transportCase(
    'flow.sender-keeps-chunks',
    'chunks are only read: those that were sent are as they were',
    quote('Connection.sink', 'Chunks are only read, and must not change any more once they were given.'),
    async (world) => {
      const { connect } = await world.pair()
      const [near, far] = await connect()
      const chunks = [...numbered([0, 1, 70_000])]
      const before = chunks.map((chunk) => new Uint8Array(chunk))
      const [, bytes] = await Promise.all([near.sink(chunks), countNumbered(far.source)])
      equal(bytes, 70_001, 'the number of bytes that came')
      equal(chunks, before, 'the chunks that were sent')
    }
  )
]
