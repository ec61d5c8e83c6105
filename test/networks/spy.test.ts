import { type Core, createCore, topicOf } from '@anyfeed/core'
import type { Connection, Transport } from '@anyfeed/interfaces'
import { memoryStorage } from '@anyfeed/storage-memory'
import { libp2pTransport } from '@anyfeed/transport-libp2p'
import { tcpTransport } from '@anyfeed/transport-tcp'
import { pipe } from 'it-pipe'
import { describe, expect, it } from 'vitest'
import { sha256 } from '../../packages/core/src/platform/node.ts'
import { fetchText, inNetwork, LOOPBACK, type Network, STREAM_WINDOW, share } from './network.ts'
import { originalPeer } from './original-peer.ts'

const SECRET = 'a block that nobody but those who know the id may have'

/** Somebody who takes part in the network without knowing any id but one that is public, and keeps all that it hears. */
interface Spy {
  /** Trades over the connection, and keeps what comes. */
  replicate(connection: Connection): void
  /** Fetches the public feed: whatever there was to say before has been said by then. */
  fetch(id: Uint8Array): Promise<string[]>
  readonly heard: Uint8Array[]
}

/** What comes over the connection, and is kept. */
async function* tapped({ source }: Connection, heard: Uint8Array[]): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    heard.push(chunk.slice())
    yield chunk
  }
}

function modernSpy(network: Network): Spy {
  const core: Core = createCore({ storage: memoryStorage() })
  network.onClose(() => core.close())
  const heard: Uint8Array[] = []
  return {
    heard,
    replicate: (connection) => {
      pipe(tapped(connection, heard), core.replicate(connection), connection.sink).catch(() => {})
    },
    fetch: (id) => fetchText(core, id)
  }
}

function originalSpy(): Spy {
  const peer = originalPeer()
  const heard: Uint8Array[] = []
  return {
    heard,
    replicate: (connection) => {
      pipe(tapped(connection, heard), peer.replicate(), connection.sink).catch(() => {})
    },
    fetch: (id) => peer.fetchText(id)
  }
}

const spies = { 'our kind': modernSpy, 'hypercore 1.8.0': originalSpy }
const transports = {
  tcp: async () => ({ transport: tcpTransport(), address: LOOPBACK }),
  libp2p: async (network: Network) => {
    const node = await network.node()
    return { transport: libp2pTransport(node, { maxStreamWindow: STREAM_WINDOW }), address: `/p2p/${node.peerId}` }
  }
}

describe.each(Object.keys(transports) as Array<keyof typeof transports>)('over %s', (medium) => {
  it.each(Object.keys(spies) as Array<keyof typeof spies>)(
    'a spy of %s that connects and listens collects no feed id, no topic and no block',
    (kind) =>
      inNetwork(async (network) => {
        const victim = await transports[medium](network)
        const { core, swarm } = network.peer({ transports: [victim.transport], listen: [victim.address] })
        const [open, secret] = [await share(core, ['public']), await share(core, [SECRET])]
        const wanted = new Uint8Array(32).fill(0xa5)
        core
          .get(wanted)
          .get(0)
          .catch(() => {})
        await swarm.open()

        // It connects, and it is connected to.
        for (const dials of [true, false]) {
          const spy = spies[kind](network)
          const { transport, address } = await transports[medium](network)
          network.onClose(() => (transport as Transport).close())
          if (dials) spy.replicate(await transport.dial(swarm.addresses[0] as string))
          else {
            const listener = await transport.listen(address, {
              onConnection: (connection) => spy.replicate(connection)
            })
            await swarm.dial(listener.addresses[0] as string)
          }
          expect(await spy.fetch(open)).toEqual(['public'])
          const heard = Buffer.concat(spy.heard)
          expect(heard.includes('public')).toBe(true)
          expect(heard.includes(SECRET)).toBe(false)
          for (const id of [secret, wanted]) {
            expect(heard.includes(Buffer.from(id))).toBe(false)
            expect(heard.includes(Buffer.from(topicOf(sha256, id)))).toBe(false)
          }
        }
      })()
  )
})
