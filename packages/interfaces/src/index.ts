export type { Clock, Timer } from './clock.ts'
export type { Connection } from './connection.ts'
export type { Discovered, Discovery, DiscoveryOptions, DiscoverySupports } from './discovery.ts'
export {
  AbortedError,
  AnyfeedError,
  BlockDamagedError,
  BlockTooLargeError,
  ClosedError,
  ConnectionError,
  type ConnectionErrorReason,
  type ErrorCode,
  FeedFinalizedError,
  FeedNotOpenError,
  FeedUnknownError,
  LockedError,
  ProtocolError,
  StorageError,
  TimeoutError,
  VerificationError
} from './errors.ts'
export type {
  Durability,
  FeedChange,
  FeedRecord,
  FeedStorage,
  HavePage,
  StoredBlock,
  TreeNode
} from './feed-storage.ts'
export { HAVE_PAGE_BLOCKS } from './feed-storage.ts'
export type { RandomBytes } from './random.ts'
export type { Sha256 } from './sha256.ts'
export type { Storage, StorageSupports } from './storage.ts'
export type { DialOptions, Listener, ListenOptions, Transport, TransportSupports } from './transport.ts'
