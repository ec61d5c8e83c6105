import { Lifetimes, LookupResults, systemClock, wholeNumber } from '@anyfeed/adapter-kit'
import { type Clock, ClosedError, type Discovered, type Discovery, type DiscoverySupports } from '@anyfeed/interfaces'
import { Medium } from './medium.ts'
import { topicName } from './names.ts'
import type { MdnsDiscoveryOptions } from './options.ts'
import { Pacer } from './pacer.ts'
import type { Publication } from './publication.ts'
import { Querier } from './querier.ts'
import { Responder } from './responder.ts'
import { encodeAddresses } from './txt.ts'

const PORT = 5353
const TTL_SECONDS = 120
const PACKETS_PER_SECOND = 50
const MAX_ADDRESSES = 256
const MAX_TOPICS = 65_536
/** How long a close waits until the goodbyes are out. */
const GOODBYE_MS = 3000

/**
 * Finds peers on the local network by multicast DNS (RFC 6762), as instances of the DNS-SD service `_anyfeed._udp`
 * (RFC 6763).
 *
 * A topic is asked for as `<base32 of the topic>._sub._anyfeed._udp.local`, so that a question reveals that topic and
 * nothing else. Only the names of announced topics are answered: a question for the whole service is not, as the answer
 * would list the topics. Each answer brings its addresses in a TXT record, as strings of `<address>.<part>=<bytes>`.
 * There is no SRV record, for an address need not have a host and a port.
 *
 * An announcement is sent three times within about four seconds and answers questions from then on; `announce` resolves
 * when its goodbye has been sent: who hears it forgets the address, and who does not, or hears none from a peer that has
 * vanished, forgets it after `ttl` seconds (`supports.forgetsAfter`). Lookups go on, and
 * ask again after 1, 2, 4, … seconds, up to an hour. An announcer finds itself, too.
 *
 * Everything heard is a stranger's word: names and addresses are checked and bounded, never trusted. Where multicast does
 * not work, `onWarning` is told once, nothing fails, and it is tried again.
 *
 * Errors: a `RangeError` for options out of range, a topic that has not 32 bytes, an address that is longer than 8,000
 * bytes or has lone surrogates, and for more topics than `maxTopics`; a `ClosedError` after `close`.
 *
 * The socket keeps the process alive until `close`.
 *
 * @example
 * ```ts
 * const mdns = mdnsDiscovery()
 * const { signal } = new AbortController()
 * mdns.announce(topic, ['/ip4/192.168.1.2/tcp/4000'], { signal })
 * for await (const { address } of mdns.lookup(topic, { signal })) dial(address)
 * ```
 */
export function mdnsDiscovery(options: MdnsDiscoveryOptions = {}): Discovery {
  return new MdnsDiscovery(options)
}

class MdnsDiscovery implements Discovery {
  readonly name = 'mdns'
  readonly supports: DiscoverySupports
  readonly #clock: Clock
  readonly #maxAddresses: number
  readonly #maxTopics: number
  readonly #lifetimes = new Lifetimes()
  readonly #medium: Medium
  readonly #pacer: Pacer
  readonly #responder: Responder
  readonly #querier: Querier
  readonly #withdrawing = new Set<Promise<unknown>>()
  #announced = 0
  #closing: Promise<void> | undefined

  constructor(options: MdnsDiscoveryOptions) {
    const { clock = systemClock, onWarning = (warning) => process.emitWarning(warning) } = options
    this.#clock = clock
    this.#maxAddresses = wholeNumber('maxAddresses', options.maxAddresses ?? MAX_ADDRESSES, 1, 1_000_000)
    this.#maxTopics = wholeNumber('maxTopics', options.maxTopics ?? MAX_TOPICS, 1, 1_000_000)
    const rate = wholeNumber('packetsPerSecond', options.packetsPerSecond ?? PACKETS_PER_SECOND, 1, 100_000)
    const ttl = wholeNumber('ttl', options.ttl ?? TTL_SECONDS, 1, 24 * 60 * 60)
    // The goodbye may get lost.
    this.supports = { addresses: 'any', continuous: true, forgetsAfter: ttl * 1000 }
    this.#medium = new Medium({
      clock,
      onWarning,
      port: wholeNumber('port', options.port ?? PORT, 1, 65_535),
      interface: options.interface,
      bind: options.bind ?? '0.0.0.0',
      onPacket: (packet, host) => {
        if (packet.response) this.#querier.onResponse(packet, host)
        else this.#responder.onQuery(packet)
      },
      onRecovered: () => {
        this.#responder.announceAgain()
        this.#querier.askAgain()
      }
    })
    const send = this.#medium.send.bind(this.#medium)
    const wake = () => this.#pacer.wake()
    this.#responder = new Responder({ clock, ttl, send, wake })
    this.#querier = new Querier({ clock, maxAddresses: this.#maxAddresses, send, wake })
    this.#pacer = new Pacer(clock, rate, [...this.#responder.lanes, this.#querier.lane])
  }

  async announce(
    topic: Uint8Array,
    addresses: readonly string[],
    { signal }: { readonly signal: AbortSignal }
  ): Promise<void> {
    const name = this.#name('announcing', topic)
    const records = encodeAddresses(addresses)
    if (signal.aborted) return
    if (this.#announced >= this.#maxTopics) throw new RangeError(`more than ${this.#maxTopics} topics are announced`)
    this.#announced++
    this.#medium.open()
    const publications = records.map((strings) => this.#responder.publish(name, strings))
    await new Promise<void>((resolve) => {
      this.#lifetimes.begin(signal, () => {
        this.#announced--
        resolve(this.#withdraw(publications))
      })
    })
  }

  lookup(topic: Uint8Array, { signal }: { readonly signal: AbortSignal }): AsyncIterable<Discovered> {
    const name = this.#name('looking up', topic)
    return { [Symbol.asyncIterator]: () => this.#search(name, signal) }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  #search(name: string, signal: AbortSignal): LookupResults {
    if (this.#querier.topics >= this.#maxTopics)
      throw new RangeError(`more than ${this.#maxTopics} topics are looked up`)
    let leave = () => {}
    const results = new LookupResults({ source: this.name, limit: this.#maxAddresses, onOver: () => leave() })
    if (signal.aborted || this.#lifetimes.closed) {
      results.stop()
      return results
    }
    this.#medium.open()
    this.#querier.join(name, results)
    leave = this.#lifetimes.begin(signal, () => {
      this.#querier.leave(name, results)
      results.stop()
    })
    return results
  }

  async #close(): Promise<void> {
    this.#lifetimes.close()
    let timer: unknown
    const late = new Promise<void>((resolve) => {
      timer = this.#clock.setTimeout(resolve, GOODBYE_MS)
    })
    await Promise.race([Promise.all(this.#withdrawing), late])
    this.#clock.clearTimeout(timer)
    this.#pacer.close()
    await this.#medium.close()
    this.#responder.close()
  }

  async #withdraw(publications: readonly Publication[]): Promise<void> {
    const goodbyes = Promise.all(publications.map((each) => this.#responder.withdraw(each)))
    this.#withdrawing.add(goodbyes)
    await goodbyes
    this.#withdrawing.delete(goodbyes)
  }

  #name(doing: string, topic: Uint8Array): string {
    const name = topicName(topic)
    if (this.#lifetimes.closed) throw new ClosedError(`${doing}: the discovery was closed`)
    return name
  }
}
