import type { Clock, Sha256 } from '@anyfeed/interfaces'
import type { Handshake } from '../wire/messages.ts'
import type { Channel, ChannelHandler, Joinable } from './channel.ts'
import type { LivenessOptions } from './liveness.ts'
import type { Permission } from './permission.ts'

/** Where a session finds the feeds that a peer may join. */
export interface Directory {
  /** The open feed with this id. */
  byId(id: Uint8Array): Joinable | undefined
  /** The open feeds whose topic begins with these two bytes. */
  byTopicPrefix(prefix: Uint8Array): readonly Joinable[]
  /** Whether a nonce is one of our own, on whatever stream. */
  isOwnNonce(nonce: Uint8Array): boolean
  /** All open feeds for which peers are asked of our own accord. */
  wanting(): Iterable<Joinable>
}

export interface SessionOptions extends LivenessOptions {
  /** Names this peer: 32 bytes. */
  readonly id: Uint8Array
  /** Fresh for each stream: 32 bytes. */
  readonly nonce: Uint8Array
  /** Sorted by code unit. */
  readonly extensions: readonly string[]
  readonly directory: Directory
  readonly clock: Clock
  readonly sha256: Sha256
  /** The outbox calls {@link SessionEvents.onDrain} when fewer bytes than this are left. */
  readonly lowWater: number
  readonly channelBinding: Uint8Array | undefined
  /** What may be traded with this peer on a feed: everything by default. Asked once for each feed. */
  readonly permission?: ((feed: Joinable, remote: Handshake) => Permission | Promise<Permission>) | undefined
}

export interface SessionEvents {
  onHandshake(remote: Handshake): void
  /** Both sides have joined a feed: returns who takes the channel over. */
  onChannel(channel: Channel): ChannelHandler
  /** A peer of version 1 was sent a Join and has not joined: it may be asked for something all the same. */
  onJoining(channel: Channel): void
  onExtension(name: string, payload: Uint8Array): void
  onDrain(): void
  /** The stream is over: cleanly, or with an error. Called once, nothing follows. */
  onEnd(error: Error | undefined): void
}
