// Messages of one's own beside replication: a ping that is answered with a pong.
import { type Core, createCore } from '@anyfeed/core'
import { memoryStorage } from '@anyfeed/storage-memory'
import { createMemoryHub, memoryTransport } from '@anyfeed/transport-memory'
import { pipe } from 'it-pipe'

const PING = Uint8Array.of(0)
const PONG = Uint8Array.of(1)

/** A core whose peers answer pings, and send one as soon as they have met. */
function createPinger(name: string, onPong: () => void): Core {
  const core = createCore({ storage: memoryStorage(), extensions: ['ping'] })
  core.on('peer', (peer) => {
    if (!peer.supports('ping')) return
    peer.on('message', (extension, payload) => {
      if (extension !== 'ping') return
      if (payload[0] === PING[0]) peer.send('ping', PONG)
      else onPong()
    })
    console.log(`${name} sends a ping`)
    peer.send('ping', PING)
  })
  return core
}

const meet = (name: string) => {
  let onPong = () => {}
  const pong = new Promise<void>((resolve) => {
    onPong = resolve
  })
  return { core: createPinger(name, onPong), pong: pong.then(() => console.log(`${name} got a pong`)) }
}
const alice = meet('Alice')
const bob = meet('Bob')

const hub = createMemoryHub()
await memoryTransport(hub).listen('/memory/alice', {
  onConnection: (connection) => {
    pipe(connection, alice.core.replicate(), connection).catch(() => {})
  }
})
const connection = await memoryTransport(hub).dial('/memory/alice')
pipe(connection, bob.core.replicate(), connection).catch(() => {})

await Promise.all([alice.pong, bob.pong])
await alice.core.close()
await bob.core.close()

// Prints, in some order:
//   Alice sends a ping
//   Bob sends a ping
//   Alice got a pong
//   Bob got a pong
