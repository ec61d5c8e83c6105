import { type LookupResults, randomBetween } from '@anyfeed/adapter-kit'
import type { Clock } from '@anyfeed/interfaces'
import type { OutgoingPacket } from 'multicast-dns'
import { isInstanceName } from './names.ts'
import type { Lane } from './pacer.ts'
import { type DnsRecord, type Packet, PTR, TXT } from './packet.ts'
import { PACKET_BYTES, takeForPacket } from './packet-size.ts'
import { SoughtTopic } from './sought-topic.ts'
import { decodeAddresses } from './txt.ts'

/** Questions are repeated after these times, each at least twice the one before (RFC 6762 section 5.2). */
const FIRST_INTERVAL_MS = 1000
const LAST_INTERVAL_MS = 60 * 60 * 1000
const JITTER = 1.1
/** What the fixed parts of a question and of a known answer cost in a packet, about. */
const OVERHEAD_BYTES = 16
/** A record is not kept for longer than a day, whatever it says. In seconds. */
const MAX_TTL = 24 * 60 * 60

export interface QuerierOptions {
  readonly clock: Clock
  /** How many addresses of a topic are kept. */
  readonly maxAddresses: number
  readonly send: (packet: OutgoingPacket) => Promise<void>
  /** There is something to send. */
  readonly wake: () => void
}

/** Asks for the topics that are looked up, by their very names, and hears the answers to these alone. */
export class Querier {
  readonly #options: QuerierOptions
  readonly #topics = new Map<string, SoughtTopic>()
  readonly #due = new Set<SoughtTopic>()

  constructor(options: QuerierOptions) {
    this.#options = options
  }

  get lane(): Lane {
    return () => this.#sendQuery()
  }

  /** How many topics are looked up. */
  get topics(): number {
    return this.#topics.size
  }

  join(name: string, lookup: LookupResults): void {
    const { clock, maxAddresses } = this.#options
    const topic = this.#topics.get(name) ?? new SoughtTopic(name, maxAddresses)
    this.#topics.set(name, topic)
    topic.join(lookup, clock.now())
    this.#ask(topic)
  }

  leave(name: string, lookup: LookupResults): void {
    const topic = this.#topics.get(name)
    if (topic === undefined) return
    topic.lookups.delete(lookup)
    if (topic.lookups.size > 0) return
    this.#options.clock.clearTimeout(topic.timer)
    this.#due.delete(topic)
    this.#topics.delete(name)
  }

  /** All is asked anew: the network has changed. */
  askAgain(): void {
    for (const topic of this.#topics.values()) this.#ask(topic)
  }

  onResponse({ records }: Packet, host: string): void {
    const now = this.#options.clock.now()
    let texts: Map<string, DnsRecord> | undefined
    for (const { name, type, ttl, target } of records) {
      if (type !== PTR || target === undefined || !isInstanceName(target)) continue
      const topic = this.#topics.get(name)
      if (topic === undefined) continue
      if (ttl === 0) {
        topic.lose(target, host)
        continue
      }
      texts ??= new Map(records.filter((record) => record.type === TXT).map((record) => [record.name, record]))
      const addresses = decodeAddresses(texts.get(target)?.strings ?? [])
      if (addresses.length > 0) topic.hear(target, host, addresses, Math.min(ttl, MAX_TTL), now)
    }
  }

  #ask(topic: SoughtTopic): void {
    const { clock, wake } = this.#options
    clock.clearTimeout(topic.timer)
    topic.interval = FIRST_INTERVAL_MS
    this.#due.add(topic)
    wake()
  }

  #sendQuery(): boolean {
    const { clock, send } = this.#options
    const now = clock.now()
    const batch = takeForPacket(this.#due, ({ name }) => name.length + OVERHEAD_BYTES)
    if (batch.length === 0) return false
    for (const topic of batch) this.#askLater(topic)
    let room = PACKET_BYTES - batch.reduce((size, { name }) => size + name.length + OVERHEAD_BYTES, 0)
    const answers = batch
      .flatMap((topic) =>
        topic.knownAnswers(now).map(([data, ttl]) => ({ name: topic.name, type: 'PTR', ttl, data }) as const)
      )
      .filter(({ name, data }) => {
        room -= name.length + data.length + OVERHEAD_BYTES
        return room >= 0
      })
    send({ type: 'query', questions: batch.map(({ name }) => ({ name, type: 'PTR' })), answers })
    return true
  }

  #askLater(topic: SoughtTopic): void {
    const { clock, wake } = this.#options
    topic.timer = clock.setTimeout(
      () => {
        this.#due.add(topic)
        wake()
      },
      randomBetween(topic.interval, topic.interval * JITTER)
    )
    topic.interval = Math.min(topic.interval * 2 * JITTER, LAST_INTERVAL_MS)
  }
}
