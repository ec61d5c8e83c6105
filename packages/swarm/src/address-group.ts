import type { DialGroup, KnownAddress } from './known-address.ts'

/** The addresses known for one purpose: those of a topic, or those that the user gave. Groups take turns at dialling. */
export class AddressGroup implements DialGroup {
  readonly ready = new Set<KnownAddress>()
  readonly linked = new Set<KnownAddress>()
  /** Those that failed, and may be forgotten for better ones. */
  readonly failing = new Set<KnownAddress>()
  readonly #all = new Set<KnownAddress>()
  readonly #most: number

  /** Holds at most so many. */
  constructor(most: number) {
    this.#most = most
  }

  get addresses(): ReadonlySet<KnownAddress> {
    return this.#all
  }

  get full(): boolean {
    return this.#all.size >= this.#most
  }

  /** Notes who found an address, and takes it in. */
  add(address: KnownAddress, source: string): void {
    const sources = address.groups.get(this)
    if (sources !== undefined) {
      sources.add(source)
      return
    }
    address.groups.set(this, new Set([source]))
    this.#all.add(address)
    this.sort(address)
  }

  delete(address: KnownAddress): void {
    address.groups.delete(this)
    for (const set of [this.#all, this.ready, this.linked, this.failing]) set.delete(address)
  }

  sort(address: KnownAddress): void {
    place(this.ready, address, address.state === 'ready')
    place(this.linked, address, address.state === 'linked')
    place(this.failing, address, address.state === 'resting' && address.failures > 0)
  }
}

function place(set: Set<KnownAddress>, address: KnownAddress, belongs: boolean): void {
  if (belongs) set.add(address)
  else set.delete(address)
}
