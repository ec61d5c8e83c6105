/**
 * Every error of anyfeed has a `code` that stays the same from release to release, and keeps its `cause`. Match codes,
 * never messages. Misuse by the caller is a `TypeError` or `RangeError` instead.
 */
export type ErrorCode =
  | 'ERR_ABORTED'
  | 'ERR_BLOCK_DAMAGED'
  | 'ERR_BLOCK_TOO_LARGE'
  | 'ERR_CLOSED'
  | 'ERR_FEED_FINALIZED'
  | 'ERR_FEED_NOT_OPEN'
  | 'ERR_FEED_UNKNOWN'
  | 'ERR_LOCKED'
  | 'ERR_PROTOCOL'
  | 'ERR_STORAGE'
  | 'ERR_TIMEOUT'
  | 'ERR_VERIFICATION'
  | ConnectionErrorReason

/** Why a connection could not be made, or broke. */
export type ConnectionErrorReason =
  | 'ERR_ADDRESS_IN_USE'
  | 'ERR_ADDRESS_UNREACHABLE'
  | 'ERR_CONNECTION_ABORTED'
  | 'ERR_CONNECTION_REFUSED'
  | 'ERR_CONNECTION_RESET'
  | 'ERR_CONNECTION_UNTRUSTED'

/** The base of all errors of anyfeed. Each class states its `name`, as minifiers change what classes are called. */
export abstract class AnyfeedError extends Error {
  abstract override readonly name: string
  abstract readonly code: ErrorCode
  /** `cause` is kept as it was given. */
  constructor(message: string, options?: { readonly cause?: unknown }) {
    super(message, options)
  }
}

/** The caller's signal fired; `cause` is the signal's reason. */
export class AbortedError extends AnyfeedError {
  readonly name = 'AbortedError'
  readonly code = 'ERR_ABORTED'
}

/** Something took longer than its deadline. */
export class TimeoutError extends AnyfeedError {
  readonly name = 'TimeoutError'
  readonly code = 'ERR_TIMEOUT'
}

/** The feed, core, store or connection was closed before the call, or while it waited. */
export class ClosedError extends AnyfeedError {
  readonly name = 'ClosedError'
  readonly code = 'ERR_CLOSED'
}

/** A block cannot be sent in one frame of the wire protocol (PROTOCOL section 2). Nothing was written. */
export class BlockTooLargeError extends AnyfeedError {
  readonly name = 'BlockTooLargeError'
  readonly code = 'ERR_BLOCK_TOO_LARGE'
}

/** A finalized feed names exactly its blocks: it takes no more. */
export class FeedFinalizedError extends AnyfeedError {
  readonly name = 'FeedFinalizedError'
  readonly code = 'ERR_FEED_FINALIZED'
}

/** A synchronous question was asked before the feed had opened. Wait for `feed.open()`. */
export class FeedNotOpenError extends AnyfeedError {
  readonly name = 'FeedNotOpenError'
  readonly code = 'ERR_FEED_NOT_OPEN'
}

/** No such feed is in the store. */
export class FeedUnknownError extends AnyfeedError {
  readonly name = 'FeedUnknownError'
  readonly code = 'ERR_FEED_UNKNOWN'
}

/** What the store returned for a block does not have the block's hash. The block was dropped, so that it is fetched again. */
export class BlockDamagedError extends AnyfeedError {
  readonly name = 'BlockDamagedError'
  readonly code = 'ERR_BLOCK_DAMAGED'
  /** The block's index. */
  readonly block: number
  /** As callers of hypercore 1.x know it: treat this as a block that is not here. */
  readonly notFound = true

  constructor(block: number, options?: { readonly cause?: unknown }) {
    super(`block ${block} is damaged in the store`, options)
    this.block = block
  }
}

/** The store failed to read or write. Never means that something is missing. */
export class StorageError extends AnyfeedError {
  readonly name = 'StorageError'
  readonly code = 'ERR_STORAGE'
}

/** Another process has the store open. */
export class LockedError extends AnyfeedError {
  readonly name = 'LockedError'
  readonly code = 'ERR_LOCKED'
}

/** A peer broke the rules of the wire protocol. Its stream has ended; nothing else was touched. */
export class ProtocolError extends AnyfeedError {
  readonly name = 'ProtocolError'
  readonly code = 'ERR_PROTOCOL'
}

/** A peer sent a block or a proof that does not lead to the feed's id. Its stream has ended; nothing was stored. */
export class VerificationError extends AnyfeedError {
  readonly name = 'VerificationError'
  readonly code = 'ERR_VERIFICATION'
}

/** A connection could not be made, or broke. */
export class ConnectionError extends AnyfeedError {
  readonly name = 'ConnectionError'
  readonly code: ConnectionErrorReason

  constructor(code: ConnectionErrorReason, message: string, options?: { readonly cause?: unknown }) {
    super(message, options)
    this.code = code
  }
}
