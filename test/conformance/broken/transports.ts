import type { TransportSuiteOptions } from '@anyfeed/conformance'
import type { Connection, Transport } from '@anyfeed/interfaces'
import { createMemoryHub, memoryTransport } from '@anyfeed/transport-memory'

type Source = Parameters<Connection['sink']>[0]

/** What is put around a good transport. */
export interface TransportFault {
  /** Members of each connection that replace its own. */
  readonly connection?: (connection: Connection) => Partial<Connection>
  readonly transport?: (transport: Transport) => Partial<Transport>
}

/** A good transport, or the same with a fault. */
export function faulty(transport: Transport, { connection: fault, transport: other }: TransportFault): Transport {
  const wrap = (connection: Connection): Connection => {
    const made: Connection = {
      source: connection.source,
      sink: connection.sink,
      remoteAddress: connection.remoteAddress,
      remoteIdentity: connection.remoteIdentity,
      channelBinding: connection.channelBinding,
      closed: connection.closed,
      close: () => connection.close(),
      abort: (reason) => connection.abort(reason)
    }
    return Object.assign(made, fault?.(connection))
  }
  return {
    name: transport.name,
    supports: transport.supports,
    handles: (address) => transport.handles(address),
    dial: async (address, options) => wrap(await transport.dial(address, options)),
    listen: (address, options) =>
      transport.listen(address, { ...options, onConnection: (connection) => options.onConnection(wrap(connection)) }),
    close: () => transport.close(),
    ...other?.(transport)
  }
}

export function transportOptions(fault: TransportFault = {}): TransportSuiteOptions {
  const hub = createMemoryHub()
  const create = () => faulty(memoryTransport(hub), fault)
  return {
    name: 'a transport in memory',
    create,
    supports: memoryTransport(hub).supports,
    address: () => '/memory/0',
    foreignAddresses: ['/memory/a/b']
  }
}

/** Sends what `change` makes of each chunk. */
const sending = (change: (source: Source) => AsyncIterable<Uint8Array>): TransportFault => ({
  connection: (connection) => ({ sink: (source) => connection.sink(change(source)) })
})

/** Each fault, with the case that is made for it. */
export const transportFaults: ReadonlyArray<readonly [fault: string, caseName: string, TransportFault]> = [
  [
    'drops a chunk',
    'transport.flow.whole-and-in-order',
    sending(async function* (source) {
      let count = 0
      for await (const chunk of source) if (++count !== 5) yield chunk
    })
  ],
  [
    'repeats a chunk',
    'transport.flow.many-small-chunks',
    sending(async function* (source) {
      let count = 0
      for await (const chunk of source) {
        yield chunk
        if (++count === 300) yield chunk
      }
    })
  ],
  [
    'changes the order of two chunks',
    'transport.flow.both-ways-at-once',
    sending(async function* (source) {
      let held: Uint8Array | undefined
      for await (const chunk of source) {
        if (held === undefined && chunk.length === 1000) held = chunk
        else {
          yield chunk
          if (held !== undefined) yield held
          held = undefined
        }
      }
      if (held !== undefined) yield held
    })
  ],
  [
    'cuts off a large chunk',
    'transport.flow.whole-and-in-order',
    sending(async function* (source) {
      for await (const chunk of source) yield chunk.subarray(0, 4 * 1024 * 1024)
    })
  ],
  [
    'ignores back-pressure',
    'transport.flow.back-pressure',
    sending(async function* (source) {
      const chunks: Uint8Array[] = []
      for await (const chunk of source) chunks.push(chunk)
      yield* chunks
    })
  ],
  [
    'swallows the reason of an abort',
    'transport.abort.fails-both-ends',
    { connection: (connection) => ({ abort: () => connection.abort(new Error('aborted')) }) }
  ],
  [
    'never closes a connection that is aborted when its end was sent',
    'transport.abort.while-ending',
    {
      connection: (connection) => {
        let ended = false
        return {
          sink: async (source) => {
            await connection.sink(source)
            ended = true
          },
          closed: connection.closed.then(() => (ended ? new Promise<void>(() => {}) : undefined))
        }
      }
    }
  ],
  [
    'makes an abort look like an end',
    'transport.abort.is-never-an-end',
    {
      connection: (connection) => ({
        source: (async function* () {
          try {
            yield* connection.source
          } catch {}
        })()
      })
    }
  ],
  [
    'never ends',
    'transport.flow.half-close',
    sending(async function* (source) {
      yield* source
      await new Promise(() => {})
    })
  ],
  [
    'ends both directions with the first',
    'transport.flow.half-close',
    {
      connection: (connection) => ({
        sink: async (source) => {
          await connection.sink(source)
          connection.abort(new Error('over'))
        }
      })
    }
  ],
  [
    'does not care about the signal of a dial',
    'transport.dial.aborted',
    { transport: (transport) => ({ dial: (address) => transport.dial(address) }) }
  ],
  [
    'leaves its connections open when it closes',
    'transport.close.of-a-transport',
    { transport: () => ({ close: async () => {} }) }
  ],
  [
    'hands out its own kind of arrays',
    'transport.flow.plain-chunks',
    {
      connection: (connection) => ({
        source: (async function* () {
          for await (const chunk of connection.source) yield Buffer.from(chunk)
        })()
      })
    }
  ],
  [
    'claims to prove who the remote is',
    'transport.supports.identity',
    { transport: ({ supports }) => ({ supports: { ...supports, identity: true } }) }
  ]
]
