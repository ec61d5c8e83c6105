import type { Discovery } from '@anyfeed/interfaces'
import { AddressGroup } from './address-group.ts'
import { Announcement } from './announcement.ts'
import { type Seeking, search } from './search.ts'
import type { Sought } from './sought.ts'

/** One feed that is in use: who is looked for, and told of us, in every discovery side by side. */
export class Topic extends AddressGroup implements Sought {
  /** The feed's id. */
  readonly feed: Uint8Array
  /** What names it in discoveries. */
  readonly hash: Uint8Array
  readonly #seeking: Seeking
  readonly #stop = new AbortController()
  #announcements: readonly Announcement[] = []

  constructor(seeking: Seeking, feed: Uint8Array, hash: Uint8Array, mostAddresses: number) {
    super(mostAddresses)
    this.#seeking = seeking
    this.feed = feed
    this.hash = hash
  }

  /** Begins to look. `onFound` gets each address as often as it is found. */
  start(discoveries: readonly Discovery[], onFound: (address: string, discovery: string) => void): void {
    const { signal } = this.#stop
    this.#announcements = discoveries.map((each) => new Announcement(this.#seeking, each, this, signal))
    for (const each of discoveries) {
      void search(this.#seeking, each, this, signal, (address) => onFound(address, each.name))
    }
  }

  /** Announces these addresses instead of those before. */
  announce(addresses: readonly string[]): void {
    for (const announcement of this.#announcements) announcement.update(addresses)
  }

  /** Ends all that. Resolves, never rejects, once announcements are withdrawn. */
  async stop(): Promise<void> {
    this.#stop.abort()
    await Promise.all(this.#announcements.map(({ done }) => done))
  }

  /** How many addresses each discovery has found that are remembered, and how many of those lead to a connected peer. */
  counts(): Record<string, { found: number; connected: number }> {
    const counts: Record<string, { found: number; connected: number }> = {}
    for (const address of this.addresses) {
      for (const name of address.groups.get(this) ?? []) {
        counts[name] ??= { found: 0, connected: 0 }
        counts[name].found++
        if (address.state === 'linked') counts[name].connected++
      }
    }
    return counts
  }
}
