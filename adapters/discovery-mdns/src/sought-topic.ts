import type { LookupResults } from '@anyfeed/adapter-kit'
import type { Timer } from '@anyfeed/interfaces'

/** Of a topic's addresses, one host may tell this part: a flood from one host leaves room for the others. */
const HOST_SHARE = 0.25

interface Instance {
  readonly host: string
  readonly addresses: readonly string[]
  /** In the clock's milliseconds. */
  expires: number
  /** Seconds. */
  ttl: number
}

/** A topic that is looked up, and what is known of it: only for as long as somebody looks. */
export class SoughtTopic {
  /** As it is asked for. */
  readonly name: string
  readonly lookups = new Set<LookupResults>()
  /** When it is asked for again. */
  timer: Timer
  /** Milliseconds until it is asked for again after the next time. */
  interval = 0
  readonly #limit: number
  readonly #instances = new Map<string, Instance>()
  readonly #perHost = new Map<string, number>()
  #addresses = 0

  /** `limit` is how many addresses are kept. */
  constructor(name: string, limit: number) {
    this.name = name
    this.#limit = limit
  }

  /** Tells a new lookup what is known already. `now` is in the clock's milliseconds. */
  join(lookup: LookupResults, now: number): void {
    this.lookups.add(lookup)
    this.#expire(now)
    for (const { addresses } of this.#instances.values()) for (const address of addresses) lookup.add(address)
  }

  /** An announcer's addresses came from `host`, to be kept for `ttl` seconds. */
  hear(name: string, host: string, addresses: readonly string[], ttl: number, now: number): void {
    this.#expire(now)
    const known = this.#instances.get(name)
    // The addresses of an instance never change, as its name is made anew for each announcement.
    if (known !== undefined) {
      if (known.host === host) Object.assign(known, { ttl, expires: now + ttl * 1000 })
      return
    }
    const ofHost = (this.#perHost.get(host) ?? 0) + addresses.length
    if (this.#addresses + addresses.length > this.#limit || ofHost > Math.max(1, this.#limit * HOST_SHARE)) return
    this.#instances.set(name, { host, addresses, ttl, expires: now + ttl * 1000 })
    this.#perHost.set(host, ofHost)
    this.#addresses += addresses.length
    for (const address of addresses) for (const lookup of this.lookups) lookup.add(address)
  }

  /** An announcer said goodbye; only its own host may say so. */
  lose(name: string, host: string): void {
    const instance = this.#instances.get(name)
    if (instance?.host === host) this.#remove(name, instance)
  }

  /** Instances that need not answer, with the seconds that are left of each: at least half (RFC 6762 section 7.1). */
  knownAnswers(now: number): Array<readonly [name: string, seconds: number]> {
    this.#expire(now)
    return [...this.#instances]
      .map(([name, { expires, ttl }]) => [name, Math.floor((expires - now) / 1000), ttl] as const)
      .filter(([, seconds, ttl]) => seconds * 2 >= ttl)
      .map(([name, seconds]) => [name, seconds] as const)
  }

  #expire(now: number): void {
    for (const [name, instance] of this.#instances) if (instance.expires <= now) this.#remove(name, instance)
  }

  #remove(name: string, { host, addresses }: Instance): void {
    this.#instances.delete(name)
    this.#addresses -= addresses.length
    const ofHost = (this.#perHost.get(host) ?? 0) - addresses.length
    if (ofHost > 0) this.#perHost.set(host, ofHost)
    else this.#perHost.delete(host)
    const elsewhere = new Set([...this.#instances.values()].flatMap((instance) => instance.addresses))
    for (const address of addresses) {
      if (elsewhere.has(address)) continue
      for (const lookup of this.lookups) lookup.drop(address)
    }
  }
}
