import { isIPv4 } from 'node:net'
import { Lifetimes, LookupResults, systemClock, wholeNumber } from '@anyfeed/adapter-kit'
import {
  ClosedError,
  ConnectionError,
  type Discovered,
  type DiscoveryOptions,
  type DiscoverySupports
} from '@anyfeed/interfaces'
import { parseNode } from './address.ts'
import { announcedPort } from './announced-port.ts'
import { type AnnouncementOptions, keepAnnounced } from './announcement.ts'
import { DhtNode } from './dht-node.ts'
import { foundPeers } from './found-peers.ts'
import { infoHashes, isTopicKey, type TopicKey } from './info-hash.ts'
import type { BittorrentDiscovery, BittorrentDiscoveryOptions } from './options.ts'
import { reachOf } from './reach.ts'
import type { BittorrentState } from './state.ts'
import { Turns } from './turns.ts'

const DAY_MS = 24 * 60 * 60 * 1000
const RENEWAL_MS = 15 * 60 * 1000
const ENTRY_LIFETIME_MS = 30 * 60 * 1000
/** An entry is kept for its lifetime, give or take a third. */
const LATEST_EXPIRY = 4 / 3
const OPERATIONS_PER_SECOND = 10
const OPERATIONS_AT_ONCE = 8
const MAX_ADDRESSES = 256

/**
 * Finds peers through the BitTorrent mainline DHT (BEP 5), as the stack of 2016 did.
 *
 * The DHT holds an IPv4 address and a port for 20 bytes, which are the first of the topic unless `key` says otherwise. Of
 * the addresses announced, the port of the first `/ip4/<address>/tcp/<port>` is; the IP is the one that other nodes see.
 * Port 0 is never announced or believed, nor are addresses that no host has; those of this machine and of private networks
 * only where `allowPrivate` says so.
 *
 * A lookup ends when everyone near the topic was asked (30 seconds at most): it does not tell of late comers. When the
 * signal of an announcement fires, it is renewed no more, and this node tells of it no more; other nodes forget it when
 * they do, most of them within 30 minutes. It is found until then: `supports.forgetsAfter` is four thirds of
 * `entryLifetime`, which holds where all nodes keep to it. An announcer finds itself, too.
 *
 * No node of the internet is spoken to unless `bootstrap` or `state` names it.
 *
 * Errors: a `TypeError` for a bootstrap node or a state that is none, for announcing addresses of which the DHT holds
 * none, and without the id where `key` needs it; a `RangeError` for options out of range, and for a topic or an id that
 * has not 32 bytes; a `ConnectionError` when the node's UDP port cannot be had; a `ClosedError` after `close`.
 *
 * The socket keeps the process alive until `close`.
 *
 * @example
 * ```ts
 * const dht = bittorrentDiscovery({ bootstrap: 'public' })
 * const { signal } = new AbortController()
 * dht.announce(topic, ['/ip4/0.0.0.0/tcp/4000'], { signal })
 * for await (const { address } of dht.lookup(topic, { signal })) dial(address)
 * ```
 */
export function bittorrentDiscovery(options: BittorrentDiscoveryOptions = {}): BittorrentDiscovery {
  return new BittorrentDhtDiscovery(options)
}

class BittorrentDhtDiscovery implements BittorrentDiscovery {
  readonly name = 'bittorrent'
  readonly supports: DiscoverySupports
  readonly #key: TopicKey
  readonly #allowPrivate: boolean
  readonly #maxAddresses: number
  readonly #lifetimes = new Lifetimes()
  readonly #node: DhtNode
  readonly #turns: Turns
  readonly #announcing: AnnouncementOptions
  #warned = false

  constructor(options: BittorrentDiscoveryOptions) {
    const { clock = systemClock, bootstrap = [], host = '0.0.0.0', key = 'topic' } = options
    const { onWarning = (warning) => process.emitWarning(warning) } = options
    if (!isIPv4(host)) throw new RangeError(`the DHT needs an IPv4 address to listen on, not ${host}`)
    if (!isTopicKey(key)) throw new RangeError(`key must be 'topic', 'id' or 'both', not ${key}`)
    const reach = reachOf(host)
    this.#key = key
    const entryLifetime = wholeNumber('entryLifetime', options.entryLifetime ?? ENTRY_LIFETIME_MS, 1, DAY_MS)
    this.supports = {
      addresses: 'ip-port',
      continuous: false,
      forgetsAfter: entryLifetime * LATEST_EXPIRY,
      wantsId: key !== 'topic'
    }
    this.#allowPrivate = options.allowPrivate ?? (reach === 'loopback' || reach === 'private')
    this.#maxAddresses = wholeNumber('maxAddresses', options.maxAddresses ?? MAX_ADDRESSES, 1, 1_000_000)
    this.#node = new DhtNode({
      host,
      port: wholeNumber('port', options.port ?? 0, 0, 65_535),
      bootstrap: bootstrap === 'public' || bootstrap.map(parseNode),
      state: options.state,
      entryLifetime,
      clock
    })
    this.#turns = new Turns(
      clock,
      wholeNumber('operationsPerSecond', options.operationsPerSecond ?? OPERATIONS_PER_SECOND, 1, 1_000_000),
      wholeNumber('operationsAtOnce', options.operationsAtOnce ?? OPERATIONS_AT_ONCE, 1, 1000)
    )
    this.#announcing = {
      clock,
      node: this.#node,
      turns: this.#turns,
      renewal: wholeNumber('renewal', options.renewal ?? RENEWAL_MS, 1000, DAY_MS),
      onFailure: (cause) => {
        if (this.#warned) return
        this.#warned = true
        const message = 'announcing on the DHT failed; it is tried again'
        onWarning(new ConnectionError('ERR_ADDRESS_UNREACHABLE', message, { cause }))
      }
    }
  }

  async announce(topic: Uint8Array, addresses: readonly string[], options: DiscoveryOptions): Promise<void> {
    const { signal } = options
    const hashes = this.#infoHashes('announcing', topic, options)
    const port = announcedPort(addresses, this.#allowPrivate)
    if (signal.aborted) return
    const [ended, end] = this.#until(signal)
    try {
      await whileWanted(this.#node.join(), ended)
      await Promise.all(hashes.map((infoHash) => keepAnnounced(infoHash, port, ended, this.#announcing)))
    } catch (error) {
      if (!ended.aborted) throw error
    } finally {
      end()
    }
  }

  lookup(topic: Uint8Array, options: DiscoveryOptions): AsyncIterable<Discovered> {
    const hashes = this.#infoHashes('looking up', topic, options)
    return { [Symbol.asyncIterator]: () => this.#search(hashes, options.signal) }
  }

  join(): Promise<string> {
    return this.#node.join()
  }

  save(): BittorrentState | undefined {
    return this.#node.save()
  }

  async close(): Promise<void> {
    this.#lifetimes.close()
    this.#turns.close()
    await this.#node.close()
  }

  #search(hashes: readonly string[], signal: AbortSignal): LookupResults {
    const [ended, end] = this.#until(signal)
    const results = new LookupResults({ source: this.name, limit: this.#maxAddresses, onOver: end })
    ended.addEventListener('abort', () => results.stop(), { once: true })
    if (ended.aborted) {
      results.stop()
      return results
    }
    const onPeer = foundPeers(results, this.#allowPrivate, this.#maxAddresses)
    const searches = hashes.map((infoHash) =>
      this.#turns.run('lookup', ended, () => this.#node.lookup(infoHash, onPeer, ended))
    )
    Promise.all(searches).then(
      () => results.end(),
      (error: Error) => results.fail(error)
    )
    return results
  }

  /** A signal that fires when `signal` does, when everything is closed, or when the function beside it is called. */
  #until(signal: AbortSignal): readonly [AbortSignal, end: () => void] {
    const controller = new AbortController()
    const end = this.#lifetimes.begin(signal, () => controller.abort())
    return [controller.signal, end]
  }

  #infoHashes(doing: string, topic: Uint8Array, options: DiscoveryOptions): string[] {
    const hashes = infoHashes(topic, options, this.#key)
    if (this.#lifetimes.closed) throw new ClosedError(`${doing}: the discovery was closed`)
    return hashes
  }
}

/** As `promise`, but no longer than it is wanted. */
function whileWanted(promise: Promise<unknown>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const leave = () => resolve()
    signal.addEventListener('abort', leave, { once: true })
    if (signal.aborted) leave()
    promise.then(leave, reject).finally(() => signal.removeEventListener('abort', leave))
  })
}
