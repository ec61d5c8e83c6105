// Two peers, each with a store of its own, trade a feed over TCP.
import { createCore } from '@anyfeed/core'
import type { Connection } from '@anyfeed/interfaces'
import { memoryStorage } from '@anyfeed/storage-memory'
import { tcpTransport } from '@anyfeed/transport-tcp'
import { pipe } from 'it-pipe'

const alice = createCore({ storage: memoryStorage() })
const bob = createCore({ storage: memoryStorage() })
const tcp = tcpTransport()

// Alice writes a feed: its id names these blocks and no others.
const written = alice.add()
await written.append(['It was a bright cold day in April,', 'and the clocks were striking thirteen.'])
const id = await written.finalize()
if (id === null) throw new Error('a feed without blocks has no id')

// She serves it to everyone who connects and knows the id.
const replicate = (core: typeof alice, connection: Connection) => {
  const { channelBinding } = connection
  // What ends a stream is told to the core's listeners too; nobody else's stream is touched.
  pipe(connection, core.replicate({ channelBinding }), connection).catch((error) => console.error(error.message))
}
const listener = await tcp.listen('/ip4/127.0.0.1/tcp/0', {
  onConnection: (connection) => replicate(alice, connection)
})

// Bob knows the id and an address: each block is verified when it comes, and stored.
const [address] = listener.addresses
if (address === undefined) throw new Error('the listener has no address')
replicate(bob, await tcp.dial(address))

const fetched = bob.get(id)
for await (const block of fetched.read({ timeout: 10_000 })) console.log(new TextDecoder().decode(block))
console.log(fetched.complete ? 'Bob has all of it' : 'some of it is missing')

await bob.close()
await alice.close()
await tcp.close()

// Prints:
//   It was a bright cold day in April,
//   and the clocks were striking thirteen.
//   Bob has all of it
