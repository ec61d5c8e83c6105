import { createHash } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { type Core, createCore } from '@anyfeed/core'
import { bittorrentDiscovery, keyOfId } from '@anyfeed/discovery-bittorrent'
import type { Connection } from '@anyfeed/interfaces'
import { memoryStorage } from '@anyfeed/storage-memory'
import { tcpTransport } from '@anyfeed/transport-tcp'
import { Client } from 'bittorrent-dht'
import { pipe } from 'it-pipe'
import { afterEach, expect, it } from 'vitest'
import { dht } from './networks.ts'

const require = createRequire(import.meta.url)
const BLOCKS = ['hello', 'world', 'of', '2016']
const HOST = '127.0.0.1'
const ends: Array<() => unknown> = []

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

interface OriginalFeed {
  append(blocks: string[], callback: (error: Error | null) => void): void
  finalize(callback: (error: Error | null) => void): void
  get(index: number, callback: (error: Error | null, block: Buffer) => void): void
  readonly id: Buffer
}

interface Original {
  add(): OriginalFeed
  get(id: Buffer): OriginalFeed
  createPeerStream(): NodeJS.ReadWriteStream
}

/** A program of 2016: hypercore 1.8.0, a net server, and a client of the mainline DHT. */
async function program2016(bootstrap: readonly string[]) {
  const core: Original = require('hypercore')(require('memdb')())
  const sockets = new Set<Socket>()
  const replicate = (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket
      .pipe(core.createPeerStream())
      .on('error', () => {})
      .pipe(socket)
  }
  const server: Server = createServer(replicate).listen(0, HOST)
  await once(server, 'listening')
  const nodes = bootstrap.map((node) => ({ host: HOST, port: Number(node.split(':')[1]) }))
  const client = new Client({
    socket: createSocket('udp4'),
    bootstrap: nodes,
    maxAge: 600_000,
    maxPeers: 100,
    maxValues: 1
  })
  await once(client, 'ready')
  ends.push(async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
    await new Promise<void>((resolve) => client.destroy(resolve))
  })
  return {
    core,
    announce(id: Buffer): Promise<void> {
      const { port } = server.address() as { port: number }
      return new Promise((resolve, reject) => {
        client.announce(id.subarray(0, 20), port, (error) => (error ? reject(error) : resolve()))
      })
    },
    async connectToPeers(id: Buffer): Promise<void> {
      const connected = new Promise<void>((resolve) => {
        client.on('peer', ({ host, port }) => {
          const socket = connect(port, host, resolve)
          replicate(socket)
        })
      })
      const lookup = () => client.lookup(id.subarray(0, 20), () => {})
      lookup()
      await connected
    }
  }
}

/** Our stack: a core, TCP, and the DHT under the keys of 2016. */
function stack(bootstrap: readonly string[]) {
  const core: Core = createCore({ storage: memoryStorage() })
  const tcp = tcpTransport()
  const ids = new Map<string, Uint8Array>()
  const discovery = bittorrentDiscovery({
    host: HOST,
    bootstrap,
    key: keyOfId((topic) => ids.get(Buffer.from(topic).toString('hex')))
  })
  ends.push(async () => {
    await discovery.close()
    await tcp.close()
    await core.close()
  })
  return {
    core,
    tcp,
    discovery,
    replicate(connection: Connection): void {
      pipe(connection, core.replicate({}), connection).catch(() => {})
    },
    /** As whoever joins a topic does: a hash of the id, and the id remembered. */
    topicOf(id: Uint8Array): Uint8Array {
      const topic = createHash('sha256').update('anyfeed topic').update(id).digest()
      ids.set(topic.toString('hex'), id)
      return topic
    }
  }
}

async function network(): Promise<readonly string[]> {
  const { bootstrap, close } = await dht()
  ends.push(close)
  return bootstrap
}

it('finds a feed that a program of 2016 shares, and fetches it', async () => {
  const bootstrap = await network()
  const theirs = await program2016(bootstrap)
  const shared = theirs.core.add()
  await new Promise<void>((resolve, reject) => {
    shared.append(BLOCKS, (error) => {
      if (error) reject(error)
      else shared.finalize((failure) => (failure ? reject(failure) : resolve()))
    })
  })
  await theirs.announce(shared.id)

  const ours = stack(bootstrap)
  const leave = new AbortController()
  for await (const { address, source } of ours.discovery.lookup(ours.topicOf(shared.id), leave)) {
    expect(source).toBe('bittorrent')
    ours.replicate(await ours.tcp.dial(address))
    break
  }
  const blocks: string[] = []
  for await (const block of ours.core.get(new Uint8Array(shared.id)).read()) blocks.push(Buffer.from(block).toString())
  expect(blocks).toEqual(BLOCKS)
})

it('is found by a program of 2016, which fetches the feed', async () => {
  const bootstrap = await network()
  const ours = stack(bootstrap)
  const feed = ours.core.add()
  await feed.append(BLOCKS)
  const id = Buffer.from((await feed.finalize()) ?? [])
  const listener = await ours.tcp.listen(`/ip4/${HOST}/tcp/0`, { onConnection: ours.replicate })
  const leave = new AbortController()
  const announced = ours.discovery.announce(ours.topicOf(id), listener.addresses, leave)
  // Ours is found by its own lookup, so the announcement is out.
  let found = 0
  while (found === 0) for await (const _ of ours.discovery.lookup(ours.topicOf(id), leave)) found++

  const theirs = await program2016(bootstrap)
  await theirs.connectToPeers(id)
  const copy = theirs.core.get(id)
  const blocks = await Promise.all(
    BLOCKS.map(
      (_, i) =>
        new Promise<string>((resolve, reject) => {
          copy.get(i, (error, block) => (error ? reject(error) : resolve(block.toString())))
        })
    )
  )
  expect(blocks).toEqual(BLOCKS)
  leave.abort()
  await announced
})
