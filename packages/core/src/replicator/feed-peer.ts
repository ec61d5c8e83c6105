import type { TreeNode } from '@anyfeed/interfaces'
import type { PagedBitfield } from '../bitfield/paged-bitfield.ts'
import type { FeedEvents } from '../feed/events.ts'
import type { Channel } from '../session/channel.ts'
import type { TradeDirection } from '../session/permission.ts'
import type { FeedTree } from '../tree/feed-tree.ts'
import type { LinkChannel, PeerLink } from './peer-link.ts'

/** The feed, as it is served. */
export interface ServedFeed {
  readonly tree: FeedTree
  /** The blocks that are here. */
  readonly have: PagedBitfield
  readForPeer(block: number): Promise<{ data: Uint8Array; proof: readonly TreeNode[] } | undefined>
  /**
   * Blocks from `start` on, up to `end` or as many as make about `bytes` bytes, at least one; `undefined` for each that
   * is not here.
   */
  readRun(start: number, end: number, bytes: number): Promise<ReadonlyArray<Uint8Array | undefined>>
  /** Tells who uses the feed. */
  emit<E extends 'upload' | 'error'>(event: E, ...args: FeedEvents[E]): void
}

/** One feed with one peer: what asking, serving and announcing have in common. */
export interface FeedPeer extends LinkChannel {
  readonly feed: ServedFeed
  readonly channel: Channel
  readonly link: PeerLink
  /** Whether blocks may pass: it is allowed, and neither the feed nor the peer is paused. */
  may(direction: TradeDirection): boolean
}
