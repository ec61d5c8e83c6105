import { ConnectionError } from '@anyfeed/interfaces'
import { equal, same } from '../assert/equal.ts'
import { codeOf, failure, throws } from '../assert/fails.ts'
import { ok } from '../assert/ok.ts'
import { show } from '../assert/show.ts'
import { countBytes, silence } from '../bytes/numbered.ts'
import { quote } from '../suite/case.ts'
import { turn } from '../wait/turn.ts'
import { until } from '../wait/until.ts'
import { transportCase } from './transport-case.ts'

const abort = quote(
  'Connection.abort',
  'Here the source and the sink fail with `reason`; at the remote they fail with a {@link ConnectionError}.'
)

function expectConnectionError(error: unknown, what: string): void {
  ok(error instanceof ConnectionError, `${what} failed with ${show(error)} where a ConnectionError was expected`)
}

/** Connections that break. */
export const breakingCases = [
  transportCase(
    'abort.fails-both-ends',
    'abort fails source and sink here with the reason, and there with a ConnectionError',
    abort.concat(quote('Connection.abort', 'Ends both directions at once', 'Further calls are ignored.')),
    async (world) => {
      const { connect } = await world.pair()
      const [near, far] = await connect()
      const sources = [silence(), silence()] as const
      const failures = [
        failure(near.sink(sources[0]), 'the near sink'),
        failure(countBytes(near.source), 'the near source'),
        failure(far.sink(sources[1]), 'the far sink'),
        failure(countBytes(far.source), 'the far source')
      ]
      const reason = new Error('that is enough')
      near.abort(reason)
      near.abort(new Error('ignored'))
      const [nearSink, nearSource, farSink, farSource] = await Promise.all(failures)
      same(nearSink, reason, 'what the near sink failed with')
      same(nearSource, reason, 'what the near source failed with')
      expectConnectionError(farSink, 'the far sink')
      expectConnectionError(farSource, 'the far source')
      equal(codeOf(farSource), 'ERR_CONNECTION_RESET', "the code of the far source's error")
      await Promise.all([near.closed, far.closed])
      equal(
        sources.map((source) => source.left),
        [true, true],
        'whether the sources were told to stop'
      )
    }
  ),
  transportCase('abort.before-anything', 'what is read or sent after an abort fails as well', abort, async (world) => {
    const { connect } = await world.pair()
    const [near, far] = await connect()
    const reason = new Error('no')
    near.abort(reason)
    await Promise.all([near.closed, far.closed])
    same(await failure(near.sink([]), 'the near sink'), reason, 'what the near sink failed with')
    same(await failure(countBytes(near.source), 'the near source'), reason, 'what the near source failed with')
    expectConnectionError(await failure(far.sink([]), 'the far sink'), 'the far sink')
    expectConnectionError(await failure(countBytes(far.source), 'the far source'), 'the far source')
  }),
  transportCase(
    'abort.while-ending',
    'an abort at whatever moment of an end leaves nothing of the connection at either side',
    quote('Connection.abort', 'Ends both directions at once; what is under way is lost.').concat(
      quote('Connection.closed', 'when both directions are over and nothing of the connection is left')
    ),
    async (world) => {
      const { connect } = await world.pair()
      for (let step = 0; step < 40; step++) {
        const [near, far] = await connect()
        const [ends, other] = step % 2 === 0 ? [near, far] : [far, near]
        const sent = ends.sink(step % 4 < 2 ? [new Uint8Array(10)] : [])
        sent.catch(() => {})
        // First by the smallest steps there are, then by turns of the event loop.
        for (let i = 0; i < step >> 2; i++) await (i < 7 ? undefined : turn())
        ends.abort(new Error('that is enough'))
        await ends.closed
        other.abort(new Error('over'))
        await other.closed
      }
    }
  ),
  transportCase(
    'abort.is-never-an-end',
    'a transfer that is cut off in the middle never looks complete',
    quote('Connection.source', 'a break never looks like an end').concat(
      quote('Connection.abort', 'what is under way is lost')
    ),
    async (world) => {
      const { connect } = await world.pair()
      const [near, far] = await connect()
      let sent = 0
      async function* endless() {
        for (;;) {
          sent++
          // A transfer that waits for nothing else takes the whole loop of a medium without I/O.
          await turn()
          yield new Uint8Array(65_536)
        }
      }
      const sunk = failure(near.sink(endless()), 'the sink')
      const read = failure(countBytes(far.source), 'the source')
      await until(() => sent > 20)
      const reason = new Error('cut')
      near.abort(reason)
      same(await sunk, reason, 'what the sink failed with')
      equal(codeOf(await read), 'ERR_CONNECTION_RESET', "the code of the source's error")
    }
  ),
  transportCase(
    'abort.by-leaving-the-source',
    'leaving the loop over the source early aborts the connection',
    quote('Connection.source', 'Leaving the loop early (`return`) aborts the connection.'),
    async (world) => {
      const { connect } = await world.pair()
      const [near, far] = await connect()
      const sunk = failure(near.sink(silence()), 'the near sink')
      const stuck = failure(far.sink(silence()), 'the far sink')
      far.source[Symbol.asyncIterator]().return?.()
      equal(codeOf(await stuck), 'ERR_CONNECTION_ABORTED', 'the code of the error here')
      expectConnectionError(await sunk, 'the sink there')
      await Promise.all([near.closed, far.closed])

      const [other, reader] = await connect()
      async function* oneThenSilence() {
        yield Uint8Array.of(1)
        yield* silence()
      }
      const cut = failure(other.sink(oneThenSilence()), 'the sink')
      for await (const _ of reader.source) break
      expectConnectionError(await cut, 'the sink of a source whose reader has left')
      await Promise.all([other.closed, reader.closed])
    }
  ),
  transportCase(
    'abort.by-a-source-that-throws',
    'a source that throws aborts the connection, and the sink rejects with its error',
    quote('Connection.sink', "with the source's own error when that throws: the connection is then aborted"),
    async (world) => {
      const { connect } = await world.pair()
      const [near, far] = await connect()
      const reason = new Error('the disk is gone')
      async function* broken() {
        yield new Uint8Array(10)
        throw reason
      }
      const read = failure(countBytes(far.source), 'the far source')
      const own = failure(countBytes(near.source), 'the near source')
      same(await failure(near.sink(broken()), 'the sink'), reason, 'what the sink failed with')
      same(await own, reason, 'what the near source failed with')
      expectConnectionError(await read, 'the far source')
    }
  ),
  transportCase(
    'abort.by-what-is-no-chunk',
    'a chunk that is no Uint8Array is refused with a TypeError, and aborts',
    quote('Connection.sink', 'A chunk that is no `Uint8Array` and a second call are a `TypeError`'),
    async (world) => {
      const { connect } = await world.pair()
      const [near, far] = await connect()
      const read = failure(countBytes(far.source), 'the far source')
      const error = await failure(near.sink(['text'] as never), 'the sink')
      ok(error instanceof TypeError, `the sink failed with ${show(error)} where a TypeError was expected`)
      expectConnectionError(await read, 'the far source')
    }
  ),
  transportCase(
    'connection.once',
    'a second iteration and a second sink are refused with a TypeError',
    quote('Connection.source', 'Iterated once.').concat(quote('Connection.sink', 'Called once.')),
    async (world) => {
      const { connect } = await world.pair()
      const [near] = await connect()
      near.source[Symbol.asyncIterator]()
      throws(() => near.source[Symbol.asyncIterator](), TypeError, 'a second iteration')
      const first = failure(near.sink(silence()), 'the first sink')
      const error = await failure(near.sink([]), 'a second sink')
      ok(error instanceof TypeError, `a second sink failed with ${show(error)} where a TypeError was expected`)
      near.abort(new Error('done'))
      await first
    }
  )
]
