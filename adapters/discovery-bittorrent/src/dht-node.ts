/// <reference path="./bittorrent-dht.d.ts" />
import { createSocket } from 'node:dgram'
import { type Clock, ClosedError, ConnectionError, TimeoutError } from '@anyfeed/interfaces'
import { Client } from 'bittorrent-dht'
import type { Endpoint } from './address.ts'
import { guard } from './guarded-socket.ts'
import { reachOf } from './reach.ts'
import { type BittorrentState, readState, STATE_NODES } from './state.ts'

/** How long a lookup or an announcement may take: nodes that answer slowly or not at all are given up then. */
const DEADLINE_MS = 30_000
/** How long the nodes of a saved state, and the bootstrap nodes, have to answer before the first lookup starts. */
const JOIN_MS = 5000
const MAX_STORED_PEERS = 10_000

export interface DhtNodeOptions {
  readonly host: string
  readonly port: number
  /** `true` stands for the public routers. */
  readonly bootstrap: true | readonly Endpoint[]
  readonly state: BittorrentState | undefined
  /** Milliseconds that others' announcements are kept. */
  readonly entryLifetime: number
  readonly clock: Clock
}

/** A peer that some node told of; the node is `undefined` when it was this one. */
export type OnPeer = (peer: Endpoint, teller: string | undefined) => void

/** A node of the mainline DHT. It joins at the first use. */
export class DhtNode {
  readonly #options: DhtNodeOptions
  readonly #saved: ReturnType<typeof readState> | undefined
  readonly #listeners = new Map<string, Set<OnPeer>>()
  readonly #pending = new Set<(error: Error) => void>()
  readonly #awaitingNode = new Set<() => void>()
  readonly #held = new Map<string, number>()
  #dht: Client | undefined
  #joined: Promise<Client> | undefined
  #closed = false

  /** Throws a `TypeError` for a state that is none. */
  constructor(options: DhtNodeOptions) {
    this.#options = options
    this.#saved = options.state === undefined ? undefined : readState(options.state)
  }

  /** Where the node listens, as `host:port`. Rejects with a {@link ConnectionError} when it cannot. */
  async join(): Promise<string> {
    const dht = await this.#join()
    const { address, port } = dht.address()
    return `${address}:${port}`
  }

  /** Asks for peers until everyone near the hash was asked. `infoHash` is in hexadecimal. */
  async lookup(infoHash: string, onPeer: OnPeer, signal?: AbortSignal): Promise<void> {
    const dht = await this.#join()
    const listeners = this.#listeners.get(infoHash) ?? new Set()
    this.#listeners.set(infoHash, listeners.add(onPeer))
    try {
      await this.#within(DEADLINE_MS, (done) => {
        const abort = dht.lookup(Buffer.from(infoHash, 'hex'), done)
        const stop = () => {
          abort()
          done(null)
        }
        if (signal?.aborted) stop()
        else signal?.addEventListener('abort', stop, { once: true })
        return () => {
          abort()
          signal?.removeEventListener('abort', stop)
        }
      })
    } finally {
      listeners.delete(onPeer)
      if (listeners.size === 0) this.#listeners.delete(infoHash)
    }
  }

  /**
   * Announces once. It always asks first, so that the nodes and their tokens are fresh. Rejects when no node took it.
   * `infoHash` is in hexadecimal.
   */
  async announce(infoHash: string, port: number, signal: AbortSignal): Promise<void> {
    const dht = await this.#join()
    const hash = Buffer.from(infoHash, 'hex')
    await this.lookup(infoHash, () => {}, signal)
    if (signal.aborted) return
    const taken = await this.#within(DEADLINE_MS, (done) => {
      dht.announce(hash, port, done)
      return () => {}
    })
    if (!taken) throw new TimeoutError(`no node of the DHT took an announcement within ${DEADLINE_MS} ms`)
  }

  /** To be called before announcing, and {@link release} after: several may announce the same. */
  hold(infoHash: string, port: number): void {
    const key = `${infoHash}:${port}`
    this.#held.set(key, (this.#held.get(key) ?? 0) + 1)
  }

  /** After the last release, this node itself tells of the announcement no more. Others do until they forget it. */
  release(infoHash: string, port: number): void {
    const key = `${infoHash}:${port}`
    const held = (this.#held.get(key) ?? 0) - 1
    if (held > 0) {
      this.#held.set(key, held)
      return
    }
    this.#held.delete(key)
    const peer = Buffer.from([...this.#options.host.split('.').map(Number), port >> 8, port & 0xff])
    this.#dht?._peers.remove(infoHash, peer)
  }

  /** Calls back once, when the next node is met. Returns what calls it off. */
  onNextNode(callback: () => void): () => void {
    this.#awaitingNode.add(callback)
    return () => this.#awaitingNode.delete(callback)
  }

  save(): BittorrentState | undefined {
    if (this.#dht === undefined) return this.#options.state
    const nodes = this.#dht.nodes
      .toArray()
      .sort((a, b) => (b.seen ?? 0) - (a.seen ?? 0))
      .slice(0, STATE_NODES)
      .map(({ host, port }) => ({ host, port }))
    return { id: this.#dht.nodeId.toString('hex'), nodes }
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const reject of [...this.#pending]) reject(new ClosedError('the discovery was closed'))
    const dht = this.#dht
    if (dht !== undefined && !dht.destroyed) await new Promise<void>((resolve) => dht.destroy(resolve))
  }

  #join(): Promise<Client> {
    if (this.#joined === undefined) {
      const joined = this.#open()
      this.#joined = joined
      // A port that is taken may be free later: the next call tries again.
      joined.catch(() => {
        this.#joined = undefined
      })
    }
    return this.#joined
  }

  async #open(): Promise<Client> {
    const { host, port, bootstrap, entryLifetime } = this.#options
    if (this.#closed) throw new ClosedError('the discovery was closed')
    const socket = createSocket('udp4')
    const reachable = reachOf(host) !== 'nowhere'
    const dht = new Client({
      socket,
      bootstrap: bootstrap === true || (bootstrap.length > 0 && bootstrap),
      maxAge: entryLifetime,
      maxPeers: MAX_STORED_PEERS,
      // Values are not kept (see krpc.ts).
      maxValues: 1,
      ...(reachable ? { host } : {}),
      ...(this.#saved === undefined ? {} : { nodeId: this.#saved.id })
    })
    guard(socket)
    this.#dht = dht
    // Warnings are about single packets and nodes, of which there are always some.
    dht.on('warning', () => {})
    dht.on('peer', (peer, infoHash, from) => {
      const teller = from === null ? undefined : `${from.address ?? from.host}:${from.port}`
      for (const listener of this.#listeners.get(infoHash.toString('hex')) ?? []) listener(peer, teller)
    })
    dht.on('node', () => {
      const waiting = [...this.#awaitingNode]
      this.#awaitingNode.clear()
      for (const callback of waiting) callback()
    })
    await this.#listen(dht, port, host)
    for (const node of this.#saved?.nodes ?? []) dht.addNode({ ...node })
    await this.#company(dht)
    return dht
  }

  async #listen(dht: Client, port: number, host: string): Promise<void> {
    try {
      await this.#within(DEADLINE_MS, (done) => {
        dht.once('listening', () => done(null))
        dht.on('error', done)
        // The library takes this one for a warning.
        dht.on('warning', (error) => {
          if ('syscall' in error && error.syscall === 'bind') done(error)
        })
        dht.listen(port, host)
        return () => {}
      })
    } catch (cause) {
      if (!dht.destroyed) dht.destroy(() => {})
      this.#dht = undefined
      const code = (cause as { code?: string }).code === 'EADDRINUSE' ? 'ERR_ADDRESS_IN_USE' : 'ERR_ADDRESS_UNREACHABLE'
      if (cause instanceof ClosedError) throw cause
      throw new ConnectionError(code, `the DHT cannot listen on ${host}:${port}`, { cause })
    }
  }

  /** Waits until the node has met others, if it knows of any. */
  async #company(dht: Client): Promise<void> {
    const { bootstrap } = this.#options
    const expects = bootstrap === true || bootstrap.length > 0
    if (!expects && !this.#saved?.nodes.length) return
    await this.#within(JOIN_MS, (done) => {
      const met = () => done(null)
      if (!expects) dht.once('node', met)
      else if (dht.ready) met()
      else dht.once('ready', met)
      return () => dht.off('node', met).off('ready', met)
    })
  }

  /**
   * Runs what calls back when it is done, for `ms` milliseconds at most; `start` returns what gives it up. Resolves with
   * whether it was done in time. Rejects with its error, or when the node is closed.
   */
  #within(ms: number, start: (done: (error: Error | null) => void) => () => void): Promise<boolean> {
    const { clock } = this.#options
    return new Promise((resolve, reject) => {
      let giveUp = () => {}
      const over = () => {
        clock.clearTimeout(timer)
        giveUp()
        return this.#pending.delete(fail)
      }
      const fail = (error: Error) => {
        if (over()) reject(error)
      }
      const timer = clock.setTimeout(() => {
        if (over()) resolve(false)
      }, ms)
      this.#pending.add(fail)
      if (this.#closed) return fail(new ClosedError('the discovery was closed'))
      giveUp = start((error) => {
        if (error !== null && error !== undefined) fail(error)
        else if (over()) resolve(true)
      })
    })
  }
}
