import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { type Core, createCore } from '@anyfeed/core'
import { bittorrentDiscovery, type TopicKey } from '@anyfeed/discovery-bittorrent'
import { memoryStorage } from '@anyfeed/storage-memory'
import { createSwarm } from '@anyfeed/swarm'
import { tcpTransport } from '@anyfeed/transport-tcp'
import { Client } from 'bittorrent-dht'
import { afterEach, describe, expect, it } from 'vitest'
import { dht } from '../discovery/networks.ts'

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
    /** Looks until somebody is found who takes the connection, and dials each address once, as programs of 2016 did. */
    async connectToPeers(id: Buffer): Promise<void> {
      const dialled = new Set<string>()
      let connected = false
      client.on('peer', ({ host, port }) => {
        if (dialled.has(`${host}:${port}`)) return
        dialled.add(`${host}:${port}`)
        const socket = connect(port, host, () => {
          connected = true
        })
        replicate(socket)
      })
      while (!connected) await new Promise<void>((resolve) => client.lookup(id.subarray(0, 20), () => resolve()))
    }
  }
}

/** Our stack: a core, and a swarm over TCP that uses the DHT under the keys of 2016. */
function stack(bootstrap: readonly string[], key: TopicKey) {
  const core = createCore({ storage: memoryStorage() })
  const swarm = createSwarm({
    core,
    transports: [tcpTransport()],
    discovery: [bittorrentDiscovery({ host: HOST, bootstrap, key })],
    listen: [`/ip4/${HOST}/tcp/0`]
  })
  ends.push(async () => {
    await swarm.close()
    await core.close()
  })
  return { core, swarm }
}

async function network(): Promise<readonly string[]> {
  const { bootstrap, close } = await dht()
  ends.push(close)
  return bootstrap
}

function append(feed: OriginalFeed): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    feed.append(BLOCKS, (error) => {
      if (error) reject(error)
      else feed.finalize((failure) => (failure ? reject(failure) : resolve(feed.id)))
    })
  })
}

async function share(core: Core): Promise<Buffer> {
  const feed = core.add()
  await feed.append(BLOCKS)
  return Buffer.from((await feed.finalize()) as Uint8Array)
}

async function fetchText(core: Core, id: Uint8Array): Promise<string[]> {
  const texts: string[] = []
  for await (const block of core.get(new Uint8Array(id)).read()) texts.push(Buffer.from(block).toString())
  return texts
}

describe.each(['id', 'both'] as const)('under the key %s', (key) => {
  it('finds a feed that a program of 2016 shares, and fetches it', async () => {
    const bootstrap = await network()
    const theirs = await program2016(bootstrap)
    const id = await append(theirs.core.add())
    await theirs.announce(id)

    const { core, swarm } = stack(bootstrap, key)
    expect(await fetchText(core, id)).toEqual(BLOCKS)
    expect(swarm.peers.map(({ version, discoveries }) => [version, discoveries])).toEqual([[0, ['bittorrent']]])
  })

  it('is found by a program of 2016, which fetches the feed', async () => {
    const bootstrap = await network()
    const ours = stack(bootstrap, key)
    const id = await share(ours.core)
    const theirs = await program2016(bootstrap)
    await theirs.connectToPeers(id)
    const copy = theirs.core.get(id)
    const get = (i: number) =>
      new Promise<string>((resolve, reject) => {
        copy.get(i, (error, block) => (error ? reject(error) : resolve(block.toString())))
      })
    expect(await Promise.all(BLOCKS.map((_, i) => get(i)))).toEqual(BLOCKS)
  })
})

it('a program of 2016, one of ours that knows its key, and one that knows topics alone trade one feed', async () => {
  const bootstrap = await network()
  const theirs = await program2016(bootstrap)
  const id = await append(theirs.core.add())
  await theirs.announce(id)
  const [bridge, modern] = [stack(bootstrap, 'both'), stack(bootstrap, 'topic')]
  expect(await fetchText(bridge.core, id)).toEqual(BLOCKS)
  expect(await fetchText(modern.core, id)).toEqual(BLOCKS)
  expect(modern.swarm.peers.map((peer) => Buffer.from(peer.id))).toEqual([Buffer.from(bridge.core.id)])
})
