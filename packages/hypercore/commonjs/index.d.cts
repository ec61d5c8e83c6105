import type * as module from '../dist/index.js' with { 'resolution-mode': 'import' }

declare const hypercore: module.HypercoreConstructor & {
  readonly default: module.HypercoreConstructor
  readonly hypercore: module.HypercoreConstructor
  readonly Hypercore: module.HypercoreConstructor
}

declare namespace hypercore {
  export type Block = module.Block
  export type BlockStore = module.BlockStore
  export type BlockStoreOption = module.BlockStoreOption
  export type Callback<T extends unknown[] = []> = module.Callback<T>
  export type Database = module.Database
  export type Feed = module.Feed
  export type FeedEvents = module.FeedEvents
  export type FeedId = module.FeedId
  export type FeedLink = module.FeedLink
  export type FeedOptions = module.FeedOptions
  export type Hypercore = module.Hypercore
  export type HypercoreConstructor = module.HypercoreConstructor
  export type HypercoreEvents = module.HypercoreEvents
  export type HypercoreOptions = module.HypercoreOptions
  export type PeerStream = module.PeerStream
  export type ProofNode = module.ProofNode
  export type ReadStream = module.ReadStream
  export type ReadStreamOptions = module.ReadStreamOptions
  export type StoreCallback = module.StoreCallback
  export type StoredFeed = module.StoredFeed
  export type WriteStream = module.WriteStream
}

export = hypercore
