import { type HypercoreConstructor, hypercore } from './constructor.ts'
import type { Hypercore as Core } from './hypercore.ts'

export type { BlockStore, BlockStoreOption, StoreCallback, StoredFeed } from './block-store.ts'
export type { Callback } from './callbacks.ts'
export type { HypercoreConstructor } from './constructor.ts'
export type { Database } from './database.ts'
export type { Block, Feed, FeedEvents, FeedOptions, ProofNode } from './feed.ts'
export type { FeedId, FeedLink } from './feed-id.ts'
export type { FoundPeer, Peer } from './found-peer.ts'
export type { HypercoreEvents, HypercoreOptions } from './hypercore.ts'
export type { PeerStream } from './peer-stream.ts'
export type { ReadStream, ReadStreamOptions } from './read-stream.ts'
export type { SwarmingOptions } from './swarming.ts'
export type { WriteStream } from './write-stream.ts'

/** The same under the name of what it makes. */
export const Hypercore: HypercoreConstructor = hypercore
export type Hypercore = Core

export { hypercore }
export default hypercore
