import { ProtocolError } from '@anyfeed/interfaces'
import { toHex } from '../bytes/hex.ts'
import { MAX_CHANNELS } from '../limits.ts'
import { Channel, type Joinable, RemoteSide } from './channel.ts'
import type { Outbox } from './outbox.ts'
import type { Permission } from './permission.ts'

/** The channels of one stream: each side numbers its own from 0, always the lowest free one (PROTOCOL section 3). */
export class ChannelTable {
  /** Those of our channels. */
  readonly #numbers = new Set<number>()
  readonly #remote: Array<RemoteSide | undefined> = []
  readonly #byFeed = new Map<string, Channel>()
  /** What the remote joined and we did not, by id or by the proof of it. */
  readonly #unmatched = new Map<string, RemoteSide>()
  /** The ids of feeds that we left and the remote had named by their ids before: it knows them. */
  readonly #known = new Set<string>()
  #lowestFree = 0

  /** Our channels, joined by the remote or not. */
  channels(): IterableIterator<Channel> {
    return this.#byFeed.values()
  }

  /** Our channel of a feed. */
  of(id: Uint8Array): Channel | undefined {
    return this.#byFeed.get(toHex(id))
  }

  /** Makes our channel of a feed, under the lowest free number. */
  open(feed: Joinable, permission: Permission, ranges: boolean, outbox: Outbox): Channel {
    while (this.#numbers.has(this.#lowestFree)) this.#lowestFree++
    const channel = new Channel(feed, this.#lowestFree, permission, ranges, outbox)
    this.#numbers.add(channel.number)
    this.#byFeed.set(toHex(feed.id), channel)
    return channel
  }

  /** Frees our number of a channel. */
  close(channel: Channel): void {
    const { feed, number, remote } = channel
    const id = toHex(feed.id)
    channel.left = true
    this.#numbers.delete(number)
    this.#lowestFree = Math.min(this.#lowestFree, number)
    this.#byFeed.delete(id)
    if (remote?.name === id && this.#known.size < MAX_CHANNELS) this.#known.add(id)
  }

  /** Takes a Join of the remote in. Throws a {@link ProtocolError} for a number beyond the next free one, or in use. */
  openRemote(number: number, name: Uint8Array): RemoteSide {
    if (number > this.#remote.length || number >= MAX_CHANNELS || this.#remote[number]) {
      throw new ProtocolError(`channel ${number} is not free`)
    }
    const remote = new RemoteSide(number, toHex(name))
    this.#remote[number] = remote
    this.#unmatched.set(remote.name, remote)
    return remote
  }

  /** The remote's side of a channel; `undefined` when it has left. Throws for a number that was never joined. */
  remote(number: number): RemoteSide | undefined {
    if (number >= this.#remote.length) throw new ProtocolError(`channel ${number} was never joined`)
    return this.#remote[number]
  }

  /** Notes that both sides have joined. */
  match(channel: Channel, remote: RemoteSide): void {
    if (channel.remote) throw new ProtocolError('a feed was joined twice')
    channel.remote = remote
    remote.channel = channel
    this.#forgetUnmatched(remote)
  }

  /** Frees the remote's number of a channel. */
  closeRemote(remote: RemoteSide): void {
    this.#forgetUnmatched(remote)
    this.#remote[remote.number] = undefined
  }

  /** What the remote joined, and we did not, by this id or with this proof of it. */
  unmatched(id: Uint8Array, proof: Uint8Array): RemoteSide | undefined {
    return this.#unmatched.get(toHex(id)) ?? this.#unmatched.get(toHex(proof))
  }

  /** Whether the remote named this feed by its id before: joining it tells nothing new. */
  isKnown(id: Uint8Array): boolean {
    return this.#known.has(toHex(id))
  }

  #forgetUnmatched(remote: RemoteSide): void {
    if (this.#unmatched.get(remote.name) === remote) this.#unmatched.delete(remote.name)
  }
}
