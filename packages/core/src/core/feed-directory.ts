import { toHex } from '../bytes/hex.ts'
import type { IdentifiedFeed } from '../feed/identified-feed.ts'
import type { Directory } from '../session/options.ts'

/** The feeds that peers may join: those whose stored state was read, by id and by the beginning of their topic. */
export class FeedDirectory implements Directory {
  readonly #byId = new Map<string, IdentifiedFeed>()
  readonly #byPrefix = new Map<string, readonly IdentifiedFeed[]>()
  readonly #nonces = new Set<string>()

  byId(id: Uint8Array): IdentifiedFeed | undefined {
    return this.#byId.get(toHex(id))
  }

  byTopicPrefix(prefix: Uint8Array): Iterable<IdentifiedFeed> {
    return this.#byPrefix.get(toHex(prefix)) ?? []
  }

  *wanting(): Generator<IdentifiedFeed, void> {
    for (const feed of this.#byId.values()) if (feed.wanting) yield feed
  }

  add(feed: IdentifiedFeed): void {
    this.#byId.set(toHex(feed.id), feed)
    const prefix = toHex(feed.topic.subarray(0, 2))
    this.#byPrefix.set(prefix, [...(this.#byPrefix.get(prefix) ?? []), feed])
  }

  delete(feed: IdentifiedFeed): void {
    this.#byId.delete(toHex(feed.id))
    const prefix = toHex(feed.topic.subarray(0, 2))
    const others = this.#byPrefix.get(prefix)?.filter((other) => other !== feed) ?? []
    if (others.length > 0) this.#byPrefix.set(prefix, others)
    else this.#byPrefix.delete(prefix)
  }

  isOwnNonce(nonce: Uint8Array): boolean {
    return this.#nonces.has(toHex(nonce))
  }

  addNonce(nonce: Uint8Array): void {
    this.#nonces.add(toHex(nonce))
  }

  deleteNonce(nonce: Uint8Array): void {
    this.#nonces.delete(toHex(nonce))
  }
}
