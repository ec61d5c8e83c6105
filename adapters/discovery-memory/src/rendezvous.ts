/** Who wants to know of a topic. */
export interface Watcher {
  onFound(address: string): void
  onLost(address: string): void
}

interface Topic {
  /** How many announcements there are of each address, in the order in which they first came. */
  readonly addresses: Map<string, number>
  readonly watchers: Set<Watcher>
}

/** The place where the memory discoveries of one process meet. Make it with {@link createMemoryRendezvous}. */
export class MemoryRendezvous {
  readonly #topics = new Map<string, Topic>()

  /** How many topics are announced or looked up now: 0 when everyone has left. */
  get topics(): number {
    return this.#topics.size
  }

  /** Tells all watchers, now and later ones, of `addresses`. Returns what withdraws them; to be called once. */
  announce(key: string, addresses: readonly string[]): () => void {
    const topic = this.#topic(key)
    for (const address of addresses) {
      const announcements = topic.addresses.get(address) ?? 0
      topic.addresses.set(address, announcements + 1)
      if (announcements === 0) for (const watcher of [...topic.watchers]) watcher.onFound(address)
    }
    return () => {
      for (const address of addresses) this.#withdraw(topic, address)
      this.#tidy(key, topic)
    }
  }

  /** Tells `watcher` of what is announced and of what will be. Returns what ends it; to be called once. */
  watch(key: string, watcher: Watcher): () => void {
    const topic = this.#topic(key)
    topic.watchers.add(watcher)
    for (const address of topic.addresses.keys()) watcher.onFound(address)
    return () => {
      topic.watchers.delete(watcher)
      this.#tidy(key, topic)
    }
  }

  #withdraw(topic: Topic, address: string): void {
    const announcements = topic.addresses.get(address) ?? 0
    if (announcements > 1) {
      topic.addresses.set(address, announcements - 1)
      return
    }
    topic.addresses.delete(address)
    for (const watcher of topic.watchers) watcher.onLost(address)
  }

  #topic(key: string): Topic {
    let topic = this.#topics.get(key)
    if (topic === undefined) {
      topic = { addresses: new Map(), watchers: new Set() }
      this.#topics.set(key, topic)
    }
    return topic
  }

  #tidy(key: string, topic: Topic): void {
    if (topic.addresses.size > 0 || topic.watchers.size > 0) return
    // An announcement of no addresses outlives its topic, which may have been made anew since.
    if (this.#topics.get(key) === topic) this.#topics.delete(key)
  }
}

/**
 * A rendezvous: what memory discoveries that are to find each other have in common. Nothing passes from one rendezvous
 * to another.
 *
 * @example
 * ```ts
 * const rendezvous = createMemoryRendezvous()
 * const alice = memoryDiscovery(rendezvous)
 * const bob = memoryDiscovery(rendezvous)
 * ```
 */
export function createMemoryRendezvous(): MemoryRendezvous {
  return new MemoryRendezvous()
}
