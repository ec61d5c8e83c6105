import type { Transport } from '@anyfeed/interfaces'
import type { AddressGroup } from './address-group.ts'
import { type DialGroup, KnownAddress } from './known-address.ts'

/** A string that is longer is no address that anybody can dial. */
const MAX_ADDRESS_LENGTH = 1024
const MAX_OWN = 1024

/** All addresses that are known, each once, however many groups know it. What discoveries find are hints from strangers. */
export class AddressBook {
  readonly #transports: readonly Transport[]
  readonly #onForget: (known: KnownAddress) => void
  readonly #known = new Map<string, KnownAddress>()
  readonly #own = new Set<string>()

  /** `onForget` is called for an address that the last group has let go. */
  constructor(transports: readonly Transport[], onForget: (known: KnownAddress) => void) {
    this.#transports = transports
    this.#onForget = onForget
  }

  get size(): number {
    return this.#known.size
  }

  all(): IterableIterator<KnownAddress> {
    return this.#known.values()
  }

  get(address: string): KnownAddress | undefined {
    return this.#known.get(address)
  }

  /** The first transport that can dial the address. */
  transportOf(address: string): Transport | undefined {
    return this.#transports.find((transport) => {
      try {
        return transport.handles(address)
      } catch {
        return false
      }
    })
  }

  /**
   * Adds an address to a group. Gives `undefined` for one that is our own, that no transport handles, or for which the
   * group has no room: a full group forgets one that fails for one that is new, and keeps those that may be good.
   */
  add(address: string, group: AddressGroup, source: string): KnownAddress | undefined {
    if (typeof address !== 'string' || address.length > MAX_ADDRESS_LENGTH || this.#own.has(address)) return undefined
    const known = this.#known.get(address) ?? this.#make(address)
    if (known === undefined) return undefined
    if (!known.groups.has(group) && group.full) {
      const [failing] = group.failing
      if (failing === undefined) return undefined
      this.remove(failing, group)
    }
    this.#known.set(address, known)
    group.add(known, source)
    return known
  }

  /** Takes an address out of a group. When no other group knows it, it is forgotten. */
  remove(known: KnownAddress, group: DialGroup): void {
    group.delete(known)
    if (known.groups.size > 0) return
    this.#known.delete(known.address)
    this.#onForget(known)
  }

  /** The address is our own: it is forgotten, and not taken in again. */
  markOwn(address: string): void {
    this.#own.add(address)
    for (const oldest of this.#own) {
      if (this.#own.size <= MAX_OWN) break
      this.#own.delete(oldest)
    }
    const known = this.#known.get(address)
    for (const group of [...(known?.groups.keys() ?? [])]) this.remove(known as KnownAddress, group)
  }

  #make(address: string): KnownAddress | undefined {
    const transport = this.transportOf(address)
    return transport === undefined ? undefined : new KnownAddress(address, transport)
  }
}
