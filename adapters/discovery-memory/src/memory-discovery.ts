import { Lifetimes, LookupResults } from '@anyfeed/adapter-kit'
import { ClosedError, type Discovered, type Discovery } from '@anyfeed/interfaces'
import type { MemoryRendezvous } from './rendezvous.ts'
import { topicKey } from './topic-key.ts'

/**
 * Finds peers of one process, through a rendezvous that they share.
 *
 * There is no timer, no I/O and no randomness: an announcement is found by everyone who looks for its topic from the
 * call on, and by nobody from the moment its signal fires, not even by a lookup that had found it and whose reader had
 * not read it yet. Addresses come in the order in which they were announced. An announcer finds itself, too.
 *
 * Misuse throws a `RangeError`: a topic that has not 32 bytes. After `close`, both calls fail with a `ClosedError`, and
 * what was going on has ended without an error.
 *
 * @example
 * ```ts
 * const rendezvous = createMemoryRendezvous()
 * const { signal } = new AbortController()
 * memoryDiscovery(rendezvous).announce(topic, ['/memory/alice'], { signal })
 * for await (const { address } of memoryDiscovery(rendezvous).lookup(topic, { signal })) dial(address)
 * ```
 */
export function memoryDiscovery(rendezvous: MemoryRendezvous): Discovery {
  return new MemoryDiscovery(rendezvous)
}

class MemoryDiscovery implements Discovery {
  readonly name = 'memory'
  readonly supports = { addresses: 'any', continuous: true, forgetsAfter: 0 } as const
  readonly #rendezvous: MemoryRendezvous
  readonly #lifetimes = new Lifetimes()

  constructor(rendezvous: MemoryRendezvous) {
    this.#rendezvous = rendezvous
  }

  async announce(
    topic: Uint8Array,
    addresses: readonly string[],
    { signal }: { readonly signal: AbortSignal }
  ): Promise<void> {
    const key = this.#key('announcing', topic)
    if (signal.aborted) return
    const withdraw = this.#rendezvous.announce(key, [...addresses])
    await new Promise<void>((resolve) => {
      // Within the call that fires the signal, not a turn later: nobody finds the address from then on.
      this.#lifetimes.begin(signal, () => {
        withdraw()
        resolve()
      })
    })
  }

  lookup(topic: Uint8Array, { signal }: { readonly signal: AbortSignal }): AsyncIterable<Discovered> {
    const key = this.#key('looking up', topic)
    return { [Symbol.asyncIterator]: () => this.#search(key, signal) }
  }

  async close(): Promise<void> {
    this.#lifetimes.close()
  }

  #search(key: string, signal: AbortSignal): LookupResults {
    let leave = () => {}
    const results = new LookupResults({ source: this.name, limit: Number.POSITIVE_INFINITY, onOver: () => leave() })
    if (signal.aborted || this.#lifetimes.closed) {
      results.stop()
      return results
    }
    const unwatch = this.#rendezvous.watch(key, {
      onFound: (address) => results.add(address),
      onLost: (address) => results.drop(address)
    })
    leave = this.#lifetimes.begin(signal, () => {
      unwatch()
      results.stop()
    })
    return results
  }

  #key(doing: string, topic: Uint8Array): string {
    const key = topicKey(topic)
    if (this.#lifetimes.closed) throw new ClosedError(`${doing}: the discovery was closed`)
    return key
  }
}
