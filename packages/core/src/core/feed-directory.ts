import { equalBytes } from '../bytes/compare.ts'
import { toHex } from '../bytes/hex.ts'
import type { IdentifiedFeed } from '../feed/identified-feed.ts'
import type { Directory } from '../session/options.ts'
import type { Session } from '../session/session.ts'

/** The feeds that peers may join: those in use whose stored state was read, by id and by the beginning of their topic. */
export class FeedDirectory implements Directory {
  readonly #inUse: ReadonlyMap<string, IdentifiedFeed>
  readonly #byPrefix = new Map<number, readonly IdentifiedFeed[]>()
  readonly #peers: Iterable<{ readonly session: Session }>

  /** `inUse`: the feeds with an id, by that in hexadecimal. `peers`: the streams of peers. */
  constructor(inUse: ReadonlyMap<string, IdentifiedFeed>, peers: Iterable<{ readonly session: Session }>) {
    this.#inUse = inUse
    this.#peers = peers
  }

  byId(id: Uint8Array): IdentifiedFeed | undefined {
    const feed = this.#inUse.get(toHex(id))
    return feed?.opened ? feed : undefined
  }

  byTopicPrefix(prefix: Uint8Array): readonly IdentifiedFeed[] {
    return (this.#byPrefix.get(numberOf(prefix)) ?? []).filter(({ opened }) => opened)
  }

  *wanting(): Generator<IdentifiedFeed, void> {
    for (const feed of this.#inUse.values()) if (feed.opened && feed.wanting) yield feed
  }

  add(feed: IdentifiedFeed): void {
    const prefix = numberOf(feed.topic)
    this.#byPrefix.set(prefix, [...(this.#byPrefix.get(prefix) ?? []), feed])
  }

  delete(feed: IdentifiedFeed): void {
    const prefix = numberOf(feed.topic)
    const others = this.#byPrefix.get(prefix)?.filter((other) => other !== feed) ?? []
    if (others.length > 0) this.#byPrefix.set(prefix, others)
    else this.#byPrefix.delete(prefix)
  }

  isOwnNonce(nonce: Uint8Array): boolean {
    for (const { session } of this.#peers) if (equalBytes(session.options.nonce, nonce)) return true
    return false
  }
}

/** The first two bytes. */
function numberOf([high = 0, low = 0]: Uint8Array): number {
  return high * 256 + low
}
