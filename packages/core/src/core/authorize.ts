import type { Joinable } from '../session/channel.ts'
import type { Permission, TradeDirection } from '../session/permission.ts'

/** What is to be decided. */
export interface AuthorizeRequest {
  readonly peer: {
    /** The id that the peer gave itself: 32 bytes. Anybody can say so. */
    readonly id: Uint8Array
    /** Who the peer is, where the transport proves it. */
    readonly identity: string | undefined
    /** The version of the protocol that the peer speaks, 0 for hypercore 1.x. */
    readonly version: number
  }
  /** The feed's id. */
  readonly feed: Uint8Array
  /** What names the feed in discoveries: 32 bytes. */
  readonly topic: Uint8Array
  readonly direction: TradeDirection
}

/**
 * Decides what may be traded with a peer on a feed: asked for each direction when the feed would be joined on the
 * peer's stream, once. A peer that may neither be served nor fetched from gets no Join: it cannot tell that the feed is
 * here. What it throws or rejects with ends the peer's stream.
 */
export type Authorize = (request: AuthorizeRequest) => boolean | Promise<boolean>

/** Asks for both directions. Synchronous where the answers are. */
export function permissionOf(
  authorize: Authorize,
  peer: AuthorizeRequest['peer'],
  { id: feed, topic }: Joinable
): Permission | Promise<Permission> {
  const serve = authorize({ peer, feed, topic, direction: 'serve' })
  const fetch = authorize({ peer, feed, topic, direction: 'fetch' })
  if (typeof serve === 'boolean' && typeof fetch === 'boolean') return { serve, fetch }
  return Promise.all([serve, fetch]).then(([serve, fetch]) => ({ serve: serve === true, fetch: fetch === true }))
}
