import { ConnectionError, type Listener } from '@anyfeed/interfaces'
import { equal, same } from '../assert/equal.ts'
import { codeOf, failure, rejects } from '../assert/fails.ts'
import { ok } from '../assert/ok.ts'
import { countBytes, countNumbered, numbered } from '../bytes/numbered.ts'
import { quote } from '../suite/case.ts'
import { onlyWithManyListeners, transportCase } from './transport-case.ts'

const onConnection = () => {}

/** Waiting for connections. */
export const listeningCases = [
  transportCase(
    'listen.anywhere',
    'a second listener is open elsewhere',
    quote('Transport.listen', 'Any number of listeners may be open').concat(
      quote(
        'Listener.addresses',
        'The present addresses under which this transport can dial the listener, in multiaddr syntax'
      )
    ),
    async (world) => {
      const { listening, listener, dialler } = await world.pair()
      let arrive = () => {}
      const arrived = new Promise<void>((resolve) => {
        arrive = resolve
      })
      const other = await listening.listen(world.address(listening), { onConnection: () => arrive() })
      const common = other.addresses.filter((address) => listener.addresses.includes(address))
      equal(common, [], 'the addresses that both listeners have')
      await dialler.dial(other.addresses[0] ?? '')
      await arrived
    },
    onlyWithManyListeners
  ),
  transportCase(
    'listen.one-only',
    'a second listener of a transport with one address is refused as one whose address is taken',
    quote(
      'TransportSupports.oneListener',
      'Whether the transport has a single address of its own, and so one listener at a time: another one is refused as one whose address is taken.'
    ),
    async (world) => {
      const { listening } = await world.pair()
      const second = listening.listen(world.address(listening), { onConnection })
      await rejects(second, 'ERR_ADDRESS_IN_USE', 'a second listen')
    },
    ({ supports }) => (supports.oneListener === true ? undefined : 'the transport has any number of listeners')
  ),
  transportCase(
    'listen.twice',
    'an address that is taken is refused, and its listener goes on',
    quote(
      'Transport.listen',
      'Rejects with a {@link ConnectionError} (code `ERR_ADDRESS_IN_USE`) for an address that is taken'
    ),
    async (world) => {
      const { dialler, listening, address, connect } = await world.pair()
      const error = await rejects(listening.listen(address, { onConnection }), 'ERR_ADDRESS_IN_USE', 'listen')
      ok((error as Error).message.includes(address), 'the message lacks the address')
      // Where each transport has addresses of its own, that of another one is free.
      if (world.options.supports.oneListener !== true) {
        const other = await dialler.listen(address, { onConnection }).catch((error: unknown) => codeOf(error))
        if (typeof other === 'object') await (other as Listener).close()
        else equal(other, 'ERR_ADDRESS_IN_USE', 'the code')
      }
      await connect()
    }
  ),
  transportCase(
    'listen.close-frees-the-address',
    'a listener that is closed frees its address at once, and its connections go on',
    quote(
      'Listener.close',
      'Takes no more connections; those that exist go on. Resolves once the address is free again.'
    ).concat(quote('Listener.closed', 'Resolves when the listener is closed, for whatever reason. Rejects never.')),
    async (world) => {
      const { dialler, listening, listener, address, connect } = await world.pair()
      const [near, far] = await connect()
      await Promise.all([listener.close(), listener.close()])
      await listener.closed
      const next = await (world.options.supports.oneListener === true ? listening : dialler).listen(address, {
        onConnection
      })
      equal(next.addresses, [address], 'the addresses of the next listener')
      const [, bytes] = await Promise.all([near.sink(numbered([100_000])), countNumbered(far.source)])
      equal(bytes, 100_000, 'the number of bytes that came')
    }
  ),
  transportCase(
    'listen.aborted',
    'a signal that fires before listen has resolved makes it reject',
    quote('ListenOptions.signal', 'Before the call has resolved, it rejects with an {@link AbortedError}.'),
    async (world) => {
      const listening = await world.create()
      const reason = new Error('closing time')
      const never = listening.listen(world.address(listening), { onConnection, signal: AbortSignal.abort(reason) })
      same(((await rejects(never, 'ERR_ABORTED', 'listen')) as Error).cause, reason, 'the cause')
      const during = new AbortController()
      const hardly = listening.listen(world.address(listening), { onConnection, signal: during.signal })
      during.abort(reason)
      await rejects(hardly, 'ERR_ABORTED', 'listen')
    }
  ),
  transportCase(
    'listen.signal-closes',
    'a signal that fires later closes the listener',
    quote('ListenOptions.signal', 'Stops listening, as {@link Listener.close} does.'),
    async (world) => {
      const [dialler, listening] = [await world.create(), await world.create()]
      const later = new AbortController()
      const listener = await listening.listen(world.address(listening), { onConnection, signal: later.signal })
      await dialler.dial(listener.addresses[0] ?? '')
      later.abort()
      await listener.closed
      await rejects(dialler.dial(listener.addresses[0] ?? ''), 'ERR_CONNECTION_REFUSED', 'a dial after the signal')
    }
  ),
  transportCase(
    'listen.handler-that-throws',
    'an onConnection that throws or rejects aborts that connection and nothing else',
    quote('ListenOptions.onConnection', 'What it throws aborts that connection and nothing else.'),
    async (world) => {
      const [dialler, listening] = [await world.create(), await world.create()]
      let calls = 0
      const { addresses } = await listening.listen(world.address(listening), {
        onConnection(connection) {
          calls++
          if (calls === 1) throw new Error('not this one')
          if (calls === 2) return Promise.reject(new Error('nor this')) as unknown as undefined
          connection.sink([Uint8Array.of(7)]).catch(() => {})
          return undefined
        }
      })
      for (const _ of [1, 2]) {
        // The break may come before the dial has resolved.
        const refused = dialler.dial(addresses[0] ?? '').then((connection) => countBytes(connection.source))
        ok((await failure(refused, 'the connection')) instanceof ConnectionError, 'the error is no ConnectionError')
      }
      const welcome = await dialler.dial(addresses[0] ?? '')
      equal(await countBytes(welcome.source), 1, 'the number of bytes over the third connection')
      equal(calls, 3, 'the number of connections')
    }
  )
]
