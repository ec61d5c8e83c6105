import { ClosedError, ConnectionError } from '@anyfeed/interfaces'
import { equal } from '../assert/equal.ts'
import { codeOf, rejects } from '../assert/fails.ts'
import { ok } from '../assert/ok.ts'
import { show } from '../assert/show.ts'
import { countBytes, countNumbered, numbered, silence } from '../bytes/numbered.ts'
import { quote } from '../suite/case.ts'
import { atRest, until } from '../wait/until.ts'
import { transportCase } from './transport-case.ts'
import type { TransportWorld } from './world.ts'

const closeConnection = quote(
  'Connection.close',
  'Ends the sending direction after what was handed to it, and resolves with {@link closed}.'
)

/** Waits until the process has open what it had before, where somebody can tell. */
async function expectNothingLeft({ options: { openHandles } }: TransportWorld, before: string | undefined) {
  if (openHandles !== undefined) await until(() => openHandles() === before)
}

/** Ending connections and transports. */
export const closingCases = [
  transportCase(
    'close.ends-sending',
    'close of a connection ends its sending, and resolves when the remote has ended too',
    closeConnection,
    async (world) => {
      const { connect } = await world.pair()
      const [near, far] = await connect()
      const sunk = near.sink(numbered([1000, 70_000]))
      let over = false
      const closed = near.close().then(() => {
        over = true
      })
      equal(await countNumbered(far.source), 71_000, 'the number of bytes that came')
      await sunk
      equal(await atRest(() => over), false, 'whether close has resolved before the remote has ended')
      await far.close()
      await closed
      equal(await countBytes(near.source), 0, 'the number of bytes that came back')
    }
  ),
  transportCase(
    'close.waits-for-the-source',
    'close lets a source that is being sent go on to its end',
    closeConnection,
    async (world) => {
      const { connect } = await world.pair()
      const [near, far] = await connect()
      let release: () => void = () => {}
      const gate = new Promise<void>((resolve) => {
        release = resolve
      })
      async function* slow() {
        yield Uint8Array.of(0)
        await gate
        yield Uint8Array.of(1)
      }
      const sunk = near.sink(slow())
      const closed = Promise.all([near.close(), far.close()])
      release()
      equal(await countBytes(far.source), 2, 'the number of bytes that came')
      await Promise.all([sunk, closed])
    }
  ),
  transportCase(
    'close.refuses-a-sink',
    'a sink after close is refused with a ClosedError',
    quote('Connection.sink', 'after `close` it rejects with a {@link ClosedError}'),
    async (world) => {
      const { connect } = await world.pair()
      const [near, far] = await connect()
      const closed = Promise.all([near.close(), far.close()])
      await rejects(near.sink([]), 'ERR_CLOSED', 'the sink')
      await closed
    }
  ),
  transportCase(
    'close.keeps-what-came',
    'what came in can be read after both ends have closed, and an abort by then changes nothing',
    closeConnection,
    async (world) => {
      const { connect } = await world.pair()
      const [near, far] = await connect()
      await Promise.all([near.sink(numbered([5000])), near.close(), far.close()])
      near.abort(new Error('too late to matter'))
      equal(await countNumbered(far.source), 5000, 'the number of bytes that came')
    }
  ),
  transportCase(
    'close.of-a-transport',
    'close of a transport ends its listeners and aborts its connections, at both ends',
    quote('Transport.close', 'Closes all listeners, aborts all connections with a {@link ClosedError}'),
    async (world) => {
      const before = world.options.openHandles?.()
      const { dialler, listening, listener, connect } = await world.pair()
      const pairs = await Promise.all([connect(), connect(), connect()])
      const [near, far] = await connect()
      const ends = [near.sink(silence()), countBytes(near.source), far.sink(silence()), countBytes(far.source)].map(
        (end) => end.then(() => undefined).catch((error: unknown) => error)
      )
      await listening.close()
      await listener.closed
      const [nearSink, nearSource, farSink, farSource] = await Promise.all(ends)
      for (const seen of [nearSink, nearSource]) {
        ok(seen instanceof ConnectionError, `the far end of a closed transport failed with ${show(seen)}`)
      }
      for (const seen of [farSink, farSource]) {
        ok(seen instanceof ClosedError, `the near end of a closed transport failed with ${show(seen)}`)
      }
      await Promise.all(pairs.flat().map((connection) => connection.closed))
      await dialler.close()
      await expectNothingLeft(world, before)
    }
  ),
  transportCase(
    'close.gives-up-what-is-opened',
    'close of a transport gives up what is being opened',
    quote('Transport.close', 'gives up what is being opened'),
    async (world) => {
      const before = world.options.openHandles?.()
      const transport = await world.create()
      const outcome = transport.listen(world.address(transport), { onConnection() {} }).then(
        (listener) => listener.closed,
        (error: unknown) => error
      )
      await transport.close()
      const code = codeOf(await outcome)
      ok(code === undefined || code === 'ERR_CLOSED', `the listener that was being opened failed with ${String(code)}`)
      await expectNothingLeft(world, before)
    }
  ),
  transportCase(
    'close.refuses-what-comes-after',
    'a transport that was closed refuses to dial and to listen with a ClosedError, and may be closed again',
    quote('Transport.dial', 'with a {@link ClosedError} after `close`').concat(
      quote('Transport.listen', 'and with a {@link ClosedError} after `close`'),
      quote('Transport.close', 'Calling it again is harmless.')
    ),
    async (world) => {
      const { dialler, address, listening } = await world.pair()
      const own = world.address(dialler)
      await dialler.close()
      await Promise.all([dialler.close(), dialler.close()])
      await rejects(dialler.listen(own, { onConnection() {} }), 'ERR_CLOSED', 'listen')
      await rejects(dialler.dial(address), 'ERR_CLOSED', 'dial')
      equal(listening.handles(address), true, 'whether the other transport is as it was')
    }
  ),
  transportCase(
    'close.leaves-nothing',
    'connections that ended by themselves leave nothing open',
    quote('Connection.closed', 'when both directions are over and nothing of the connection is left'),
    async (world) => {
      const { connect } = await world.pair()
      const before = world.options.openHandles?.()
      const [near, far] = await connect()
      await Promise.all([near.sink(numbered([10])), far.sink(far.source), countNumbered(near.source)])
      await Promise.all([near.closed, far.closed])
      await expectNothingLeft(world, before)
    },
    ({ openHandles }) => (openHandles === undefined ? 'nobody can tell what is open (openHandles)' : undefined)
  )
]
