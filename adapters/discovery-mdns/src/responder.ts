import { randomBetween } from '@anyfeed/adapter-kit'
import type { Clock } from '@anyfeed/interfaces'
import type { OutgoingPacket } from 'multicast-dns'
import type { Lane } from './pacer.ts'
import { ANY, type Packet, PTR, TXT } from './packet.ts'
import { takeForPacket } from './packet-size.ts'
import { Publication } from './publication.ts'

/** The AA bit, set in all answers of multicast DNS (RFC 6762 section 18.4). */
const AUTHORITATIVE = 0x0400
/** A record is sent once in a second at most, however often it is asked for (RFC 6762 section 6). */
const REPEAT_MS = 1000
/** An answer waits, so that several announcers don't answer together (RFC 6762 section 6). */
const ANSWER_MS = [20, 120] as const
/** After which time an announcement is sent again unasked (RFC 6762 section 8.3). */
const ANNOUNCE_AGAIN_MS = [1000, 2000]

export interface ResponderOptions {
  readonly clock: Clock
  /** How long others may keep what they hear, in seconds. */
  readonly ttl: number
  readonly send: (packet: OutgoingPacket) => Promise<void>
  /** There is something to send. */
  readonly wake: () => void
}

interface Goodbye {
  readonly publication: Publication
  readonly onSent: () => void
}

/** What we announce: sent unasked a few times, then to whoever asks for its very name, and withdrawn with a goodbye. */
export class Responder {
  readonly #options: ResponderOptions
  readonly #byName = new Map<string, Set<Publication>>()
  readonly #announcements = new Set<Publication>()
  readonly #answers = new Set<Publication>()
  readonly #goodbyes = new Set<Goodbye>()

  constructor(options: ResponderOptions) {
    this.#options = options
  }

  get lanes(): Lane[] {
    return [
      () => this.#sendGoodbyes(),
      () => this.#sendRecords(this.#answers),
      () => this.#sendRecords(this.#announcements)
    ]
  }

  /** `strings` are those of a TXT record. */
  publish(topic: string, strings: readonly Uint8Array[]): Publication {
    const publication = new Publication(topic, strings, this.#options.clock)
    for (const name of [topic, publication.instance]) {
      const named = this.#byName.get(name) ?? new Set()
      this.#byName.set(name, named.add(publication))
    }
    this.#announcements.add(publication)
    this.#options.wake()
    return publication
  }

  /** Resolves when the goodbye has been sent; at once when there is nobody to say goodbye to. */
  withdraw(publication: Publication): Promise<void> {
    publication.forget()
    this.#announcements.delete(publication)
    this.#answers.delete(publication)
    for (const name of [publication.topic, publication.instance]) {
      const named = this.#byName.get(name)
      named?.delete(publication)
      if (named?.size === 0) this.#byName.delete(name)
    }
    if (publication.sentAt === Number.NEGATIVE_INFINITY) return Promise.resolve()
    return new Promise((onSent) => {
      this.#goodbyes.add({ publication, onSent })
      this.#options.wake()
    })
  }

  /** Goodbyes that could not be sent are given up. */
  close(): void {
    for (const { onSent } of this.#goodbyes) onSent()
    this.#goodbyes.clear()
  }

  /** All is announced anew: the network has changed. */
  announceAgain(): void {
    for (const named of this.#byName.values()) for (const publication of named) this.#announcements.add(publication)
    this.#options.wake()
  }

  /** Answers are for names that are announced here; everything else is silently none of our business. */
  onQuery({ questions, records }: Packet): void {
    const names = questions.filter(({ type }) => type === PTR || type === TXT || type === ANY).map(({ name }) => name)
    // Known-answer suppression (RFC 6762 section 7.1).
    const known = new Set(records.map(({ target, ttl }) => (ttl * 2 >= this.#options.ttl ? target : undefined)))
    for (const name of new Set(names)) {
      for (const publication of this.#byName.get(name) ?? []) {
        if (!known.has(publication.instance)) this.#answerSoon(publication)
      }
    }
  }

  #answerSoon(publication: Publication): void {
    const { clock, wake } = this.#options
    const wait = Math.max(randomBetween(...ANSWER_MS), publication.sentAt + REPEAT_MS - clock.now())
    publication.later('answer', wait, () => {
      this.#answers.add(publication)
      wake()
    })
  }

  #sendRecords(waiting: Set<Publication>): boolean {
    const { ttl, send } = this.#options
    const batch = takeForPacket(waiting, ({ size }) => size)
    if (batch.length === 0) return false
    for (const publication of batch) this.#sent(publication, waiting === this.#announcements)
    send({
      type: 'response',
      flags: AUTHORITATIVE,
      answers: batch.map((publication) => publication.ptr(ttl)),
      additionals: batch.map((publication) => publication.txt(ttl))
    })
    return true
  }

  #sent(publication: Publication, unasked: boolean): void {
    const { clock, wake } = this.#options
    this.#answers.delete(publication)
    this.#announcements.delete(publication)
    publication.sentAt = clock.now()
    if (!unasked) return
    const again = ANNOUNCE_AGAIN_MS[publication.announced++]
    if (again === undefined) return
    publication.later('announce', randomBetween(again, again * 1.25), () => {
      this.#announcements.add(publication)
      wake()
    })
  }

  #sendGoodbyes(): boolean {
    const batch = takeForPacket(this.#goodbyes, ({ publication }) => publication.goodbyeSize)
    if (batch.length === 0) return false
    const answers = batch.map(({ publication }) => publication.ptr(0))
    this.#options.send({ type: 'response', flags: AUTHORITATIVE, answers }).then(() => {
      for (const { onSent } of batch) onSent()
    })
    return true
  }
}
