import { createRequire } from 'node:module'
import { type Duplex, PassThrough } from 'node:stream'
import { type Connection, ConnectionError, type Discovery, type Listener, type Transport } from '@anyfeed/interfaces'
import type { Original, OriginalFeed } from '../../hypercore/original-types.ts'

const require = createRequire(import.meta.url)

/** What it is made of. It keeps its feeds in memory, by the library that it came with. */
export interface OriginalParts {
  readonly transport: Transport
  readonly discovery: Discovery
  readonly listen: string
}

/** hypercore 1.8.0 as a peer: reached over a transport, and found by a discovery. */
export class OriginalPeer {
  readonly core: Original = require('hypercore')(require('memdb')())
  readonly #transport: Transport
  readonly #discovery: Discovery
  readonly #listener: Listener
  readonly #leaving = new AbortController()
  readonly #streams = new Set<ReturnType<Original['createPeerStream']>>()
  readonly #connections = new Set<Connection>()
  #running: Array<Promise<unknown>> = []

  static async start(parts: OriginalParts, extensions: readonly string[] = []): Promise<OriginalPeer> {
    let peer: OriginalPeer | undefined
    const listener = await parts.transport.listen(parts.listen, {
      onConnection: (connection) => peer?.join(connection)
    })
    peer = new OriginalPeer(parts, listener)
    for (const name of extensions) peer.core.use(name)
    return peer
  }

  private constructor({ transport, discovery }: OriginalParts, listener: Listener) {
    this.#transport = transport
    this.#discovery = discovery
    this.#listener = listener
  }

  get address(): string {
    return this.#listener.addresses[0] as string
  }

  get streams() {
    return [...this.#streams]
  }

  /** Appends and finalizes. */
  async write(blocks: readonly Uint8Array[]): Promise<Uint8Array> {
    const feed = this.core.add()
    feed.append(blocks.map((block) => Buffer.from(block)))
    await new Promise<void>((resolve, reject) => feed.finalize((error) => (error ? reject(error) : resolve())))
    return new Uint8Array(feed.id as Buffer)
  }

  feed(id: Uint8Array): OriginalFeed {
    return this.core.get(Buffer.from(id))
  }

  async read(id: Uint8Array, index: number): Promise<Uint8Array | null> {
    const block = await new Promise<Buffer | null>((resolve, reject) => {
      this.feed(id).get(index, (error, block) => (error ? reject(error) : resolve(block)))
    })
    return block === null ? null : new Uint8Array(block)
  }

  /** Reads all of a feed at once. Throws when a block is not what it should be. */
  async expectBlocks(id: Uint8Array, blocks: readonly Uint8Array[]): Promise<void> {
    const read = await Promise.all(blocks.map((_, index) => this.read(id, index)))
    for (const [index, block] of read.entries()) {
      if (block === null || Buffer.compare(block, blocks[index] as Uint8Array) !== 0)
        throw new Error(`block ${index} is wrong`)
    }
  }

  async dial(address: string): Promise<void> {
    this.join(await this.#transport.dial(address))
  }

  /** Breaks all its connections. */
  cut(): void {
    const reason = new ConnectionError('ERR_CONNECTION_ABORTED', 'the link was cut')
    for (const connection of this.#connections) connection.abort(reason)
  }

  /** Announces a topic, as a program of 2016 did with its own discovery. */
  announce(topic: Uint8Array): void {
    const { signal } = this.#leaving
    this.#running.push(this.#discovery.announce(topic, this.#listener.addresses, { signal }).catch(() => {}))
  }

  /** Dials the first that is found under a topic. */
  async find(topic: Uint8Array): Promise<void> {
    const stop = AbortSignal.any([this.#leaving.signal])
    while (!stop.aborted) {
      for await (const { address } of this.#discovery.lookup(topic, { signal: stop })) return this.dial(address)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  /** Trades over a connection until that ends. */
  join(connection: Connection): void {
    const stream = this.core.createPeerStream()
    this.#streams.add(stream)
    this.#connections.add(connection)
    stream.on('error', () => {})
    // A stream of 2016 is no async iterable.
    const outgoing = stream.pipe(new PassThrough())
    stream.once('close', () => outgoing.end())
    const ended = Promise.allSettled([connection.sink(plain(outgoing)), take(connection, stream)])
    this.#running.push(
      ended.then(() => {
        this.#streams.delete(stream)
        this.#connections.delete(connection)
        stream.destroy()
      })
    )
  }

  async close(): Promise<void> {
    this.#leaving.abort()
    await this.#discovery.close()
    await this.#transport.close()
    for (const stream of this.#streams) stream.destroy()
    await Promise.allSettled(this.#running)
  }
}

async function take(connection: Connection, stream: Duplex): Promise<void> {
  try {
    for await (const chunk of connection.source) {
      if (stream.destroyed) break
      stream.write(Buffer.from(chunk))
    }
  } finally {
    stream.destroy()
  }
}

async function* plain(source: AsyncIterable<Buffer>): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of source) yield new Uint8Array(chunk)
}
