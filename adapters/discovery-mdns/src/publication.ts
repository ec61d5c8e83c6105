import type { Clock, Timer } from '@anyfeed/interfaces'
import type { Answer } from 'multicast-dns'
import { freshInstanceName } from './names.ts'

/** What a name and the fixed part of a record cost in a packet, about. */
const RECORD_OVERHEAD = 24

/** One instance of the service: a PTR record from the topic's name to the instance, and the instance's TXT record. */
export class Publication {
  readonly topic: string
  readonly instance = freshInstanceName()
  /** About how many bytes both records take in a packet. */
  readonly size: number
  /** The same for the PTR record alone. */
  readonly goodbyeSize: number
  /** When it was last sent, in the clock's milliseconds. */
  sentAt = Number.NEGATIVE_INFINITY
  /** How often it was sent unasked. */
  announced = 0
  readonly #strings: readonly Uint8Array[]
  readonly #clock: Clock
  readonly #timers = new Map<string, Timer>()

  constructor(topic: string, strings: readonly Uint8Array[], clock: Clock) {
    this.topic = topic
    this.#strings = strings
    this.#clock = clock
    this.goodbyeSize = RECORD_OVERHEAD + topic.length + this.instance.length
    const txt = strings.reduce((size, string) => size + 1 + string.length, 0)
    this.size = this.goodbyeSize + RECORD_OVERHEAD + this.instance.length + txt
  }

  /** A TTL of 0 seconds is a goodbye (RFC 6762 section 10.1). */
  ptr(ttl: number): Answer {
    return { name: this.topic, type: 'PTR', ttl, data: this.instance }
  }

  txt(ttl: number): Answer {
    return { name: this.instance, type: 'TXT', ttl, data: this.#strings.map((string) => Buffer.from(string)) }
  }

  /** Calls back once, unless {@link forget} comes first or a call under the same name waits already. */
  later(name: string, ms: number, callback: () => void): void {
    if (this.#timers.has(name)) return
    const run = () => {
      this.#timers.delete(name)
      callback()
    }
    this.#timers.set(name, this.#clock.setTimeout(run, ms))
  }

  forget(): void {
    for (const timer of this.#timers.values()) this.#clock.clearTimeout(timer)
    this.#timers.clear()
  }
}
