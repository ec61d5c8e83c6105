import type { KnownAddress } from './known-address.ts'
import type { Link } from './link.ts'
import { survivor } from './survivor.ts'
import { SwarmPeer } from './swarm-peer.ts'
import { toHex } from './to-hex.ts'

/** Links that a peer has dialled beside the current one, until it ends them. */
const MAX_SPARE = 2

/** A peer that is connected, over one link but for moments. */
export class PeerRecord {
  readonly key: string
  /** The links, the oldest first. */
  readonly links = new Set<Link>()
  /** The addresses that are known to lead to the peer. */
  readonly addresses = new Set<KnownAddress>()
  /** The link that counts, as users see it. */
  peer: SwarmPeer
  current: Link

  constructor(key: string, link: Link) {
    this.key = key
    this.current = link
    this.links.add(link)
    this.peer = this.#view()
  }

  /** Another link counts from now on. */
  change(link: Link): void {
    this.current = link
    this.links.add(link)
    this.peer = this.#view()
  }

  #view(): SwarmPeer {
    return new SwarmPeer(this.current, () => [...new Set([...this.addresses].flatMap((known) => known.discoveries))])
  }
}

/** What became of a peer when a link came or went. */
export interface Change {
  readonly record: PeerRecord
  /** The peer as it is seen from now on, where that is new. */
  readonly begun: SwarmPeer | undefined
  /** The peer as it is seen no more. */
  readonly ended: SwarmPeer | undefined
  /** The links that are too many. */
  readonly surplus: readonly Link[]
}

/** The peers that are connected, each once. */
export class PeerTable {
  readonly #ownId: Uint8Array
  readonly #records = new Map<string, PeerRecord>()
  readonly #byLink = new Map<Link, PeerRecord>()

  constructor(ownId: Uint8Array) {
    this.#ownId = ownId
  }

  get size(): number {
    return this.#records.size
  }

  get peers(): SwarmPeer[] {
    return [...this.#records.values()].map(({ peer }) => peer)
  }

  records(): IterableIterator<PeerRecord> {
    return this.#records.values()
  }

  /** The peer with this key, if it is connected. */
  get(key: string | undefined): PeerRecord | undefined {
    return key === undefined ? undefined : this.#records.get(key)
  }

  /** Whom the link is with, once it is known and while it counts. */
  of(link: Link): PeerRecord | undefined {
    return this.#byLink.get(link)
  }

  /** The remote of a link has said who it is. */
  add(link: Link): Change {
    const key = this.#keyOf(link)
    const record = this.#records.get(key)
    if (record === undefined) {
      const added = new PeerRecord(key, link)
      this.#records.set(key, added)
      this.#byLink.set(link, added)
      return { record: added, begun: added.peer, ended: undefined, surplus: [] }
    }
    const stays = survivor(this.#ownId, record.current, link)
    if (stays === record.current) return { record, begun: undefined, ended: undefined, surplus: [link] }
    this.#byLink.set(link, record)
    if (stays === 'both') {
      record.links.add(link)
      return { record, begun: undefined, ended: undefined, surplus: this.#trim(record) }
    }
    const { peer, current } = record
    this.#forget(record, current)
    record.change(link)
    return { record, begun: record.peer, ended: peer, surplus: [current] }
  }

  /** A link is over. Gives `undefined` for one that did not count. */
  delete(link: Link): Change | undefined {
    const record = this.#byLink.get(link)
    if (record === undefined) return undefined
    this.#forget(record, link)
    if (link !== record.current) return { record, begun: undefined, ended: undefined, surplus: [] }
    const { peer } = record
    const spare = [...record.links].at(-1)
    if (spare === undefined) {
      this.#records.delete(record.key)
      return { record, begun: undefined, ended: peer, surplus: [] }
    }
    record.change(spare)
    return { record, begun: record.peer, ended: peer, surplus: [] }
  }

  #trim(record: PeerRecord): Link[] {
    const spare = [...record.links].filter((link) => link !== record.current)
    const surplus = spare.slice(0, Math.max(0, spare.length - MAX_SPARE))
    for (const link of surplus) this.#forget(record, link)
    return surplus
  }

  #forget(record: PeerRecord, link: Link): void {
    record.links.delete(link)
    this.#byLink.delete(link)
  }

  /** An id that two proven identities claim names two peers: one of them lies, and must not displace the other. */
  #keyOf({ stream, connection }: Link): string {
    const id = toHex(stream.remoteId as Uint8Array)
    const holder = this.#records.get(id)
    const { remoteIdentity } = connection
    const foreign =
      holder !== undefined &&
      remoteIdentity !== undefined &&
      holder.peer.identity !== undefined &&
      holder.peer.identity !== remoteIdentity
    return foreign ? `${id} ${remoteIdentity}` : id
  }
}
