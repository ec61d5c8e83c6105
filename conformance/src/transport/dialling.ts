import { ConnectionError } from '@anyfeed/interfaces'
import { equal, same } from '../assert/equal.ts'
import { codeOf, failure, rejects } from '../assert/fails.ts'
import { ok } from '../assert/ok.ts'
import { countBytes } from '../bytes/numbered.ts'
import { quote } from '../suite/case.ts'
import { transportCase } from './transport-case.ts'

/** Making connections. */
export const diallingCases = [
  transportCase(
    'address.own-and-foreign',
    "a transport handles its listeners' addresses and no others, and refuses those with a TypeError",
    quote(
      'Transport.handles',
      'Whether `dial` and `listen` understand this address. Any string may be asked; never throws.'
    ).concat(
      quote('Transport.dial', 'with a `TypeError` for an address that it does not handle'),
      quote('Transport.listen', 'with a `TypeError` for one that it does not handle')
    ),
    async (world) => {
      const { dialler, listener, connect } = await world.pair()
      const [near, far] = await connect()
      ok(listener.addresses.length > 0, 'the listener has no address')
      for (const address of [...listener.addresses, near.remoteAddress, far.remoteAddress]) {
        equal(dialler.handles(address), true, `whether it handles ${address}`)
      }
      for (const address of ['', '/', 'x', '\u0000', '/'.repeat(10_000), ...world.options.foreignAddresses]) {
        equal(dialler.handles(address), false, `whether it handles ${JSON.stringify(address.slice(0, 50))}`)
        await rejects(dialler.dial(address), TypeError, 'dial')
        await rejects(dialler.listen(address, { onConnection() {} }), TypeError, 'listen')
      }
    }
  ),
  transportCase(
    'address.of-the-remote',
    "both ends are told the remote's address, which is one of the transport's",
    quote('Connection.remoteAddress', "The remote's address in multiaddr syntax, such as `/ip4/127.0.0.1/tcp/4000`."),
    async (world) => {
      const { connect, dialler } = await world.pair()
      for (const { remoteAddress } of await connect()) {
        ok(/^(\/[^/]+)+$/.test(remoteAddress), `${remoteAddress} is no multiaddr`)
        equal(dialler.handles(remoteAddress), true, `whether it handles ${remoteAddress}`)
      }
    }
  ),
  transportCase(
    'dial.refused',
    'a dial where nobody listens is refused with a ConnectionError that names the address',
    quote(
      'Transport.dial',
      'Rejects with a {@link ConnectionError} (code `ERR_CONNECTION_REFUSED`, `ERR_ADDRESS_UNREACHABLE`, ...)'
    ),
    async (world) => {
      const { dialler, listener, address } = await world.pair()
      await listener.close()
      const error = await failure(dialler.dial(address), 'the dial')
      ok(error instanceof ConnectionError, 'the error is no ConnectionError')
      equal(codeOf(error), 'ERR_CONNECTION_REFUSED', 'the code')
      ok(error.message.includes(address), 'the message lacks the address')
    }
  ),
  transportCase(
    'dial.aborted',
    'a dial gives up when its signal fires, before and during it',
    quote('DialOptions.signal', 'Gives up: the call rejects with an {@link AbortedError}, and nothing is left open.'),
    async (world) => {
      const { dialler, address } = await world.pair()
      const reason = new Error('changed my mind')
      const before = await rejects(dialler.dial(address, { signal: AbortSignal.abort(reason) }), 'ERR_ABORTED', 'dial')
      same((before as Error).cause, reason, 'the cause')
      const controller = new AbortController()
      const during = dialler.dial(address, { signal: controller.signal })
      controller.abort(reason)
      same(((await rejects(during, 'ERR_ABORTED', 'dial')) as Error).cause, reason, 'the cause')
    }
  ),
  transportCase(
    'dial.signal-fires-later',
    'a signal that fires after the dial leaves the connection alone',
    quote('Transport.dial', 'A signal that fires later does not touch the connection.'),
    async (world) => {
      const { dialler, address } = await world.pair()
      const controller = new AbortController()
      const connection = await dialler.dial(address, { signal: controller.signal })
      controller.abort()
      await connection.sink([])
    }
  ),
  transportCase(
    'dial.many-at-once',
    '200 connections can be open between two transports at once',
    quote('Transport', 'Turns an address into a connection.'),
    async (world) => {
      const { connect } = await world.pair()
      const pairs = await Promise.all(Array.from({ length: 200 }, () => connect()))
      await Promise.all(
        pairs.flat().map(async (connection) => {
          await connection.sink([new Uint8Array(1000)])
          equal(await countBytes(connection.source), 1000, 'the number of bytes that came')
          await connection.closed
        })
      )
    }
  )
]
