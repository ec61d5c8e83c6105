/**
 * How far a commit must have gone before it resolves.
 *
 * - `memory`: a later read in this process sees it.
 * - `process`: it also survives the death of this process (kill -9).
 * - `machine`: it also survives the death of the machine (power loss).
 */
export type Durability = 'memory' | 'process' | 'machine'

/** What a store knows of a feed without reading its blocks. */
export interface FeedRecord {
  /** The store's handle for the feed, chosen at random by the core when the feed was made: 32 bytes. */
  readonly key: Uint8Array

  /** The feed's id, 32 bytes; `undefined` until the feed is finalized. At most one feed of a store has a given id. */
  readonly id: Uint8Array | undefined

  /** The number of blocks of the feed; 0 while it is not known. */
  readonly blocks: number

  /** Whether every block is here. A complete feed needs no have pages: all bits up to `blocks` count as set. */
  readonly complete: boolean

  /** The sum of the lengths, in bytes, of the blocks that are here. */
  readonly byteLength: number
}

/** A node of the merkle tree (PROTOCOL: flat in-order tree). */
export interface TreeNode {
  /** The tree index, 0 to 2^53 - 1: even for leaves, odd for parents. */
  readonly index: number

  /** The SHA-256 hash: 32 bytes, never all zero. */
  readonly hash: Uint8Array
}

/** A block to be stored. */
export interface StoredBlock {
  /** The block's place in the feed, from 0. */
  readonly index: number

  /** The leaf hash, SHA-256 of `00` and the data: the block's content address. 32 bytes. */
  readonly hash: Uint8Array

  /** The bytes, 0 or more. */
  readonly data: Uint8Array
}

/** The number of blocks that one have page tells of. */
export const HAVE_PAGE_BLOCKS = 8192

/** A part of the feed's have bitfield. */
export interface HavePage {
  /** Page p tells of the blocks from p * {@link HAVE_PAGE_BLOCKS}. */
  readonly page: number

  /** HAVE_PAGE_BLOCKS / 8 bytes; block b of the page is bit `128 >> (b % 8)` of byte `b >> 3`. */
  readonly bits: Uint8Array
}

/** One transition of a feed. Everything in it becomes visible at once, or nothing does. */
export interface FeedChange {
  /**
   * The feed's new record. Absent: as it was. The first commit of a feed must have it.
   *
   * Setting an `id` that another feed of the store has rejects with a {@link StorageError}, and nothing changes.
   */
  readonly record?: FeedRecord

  /** Tree nodes to add. A node that is there already is overwritten. No order. */
  readonly nodes?: readonly TreeNode[]

  /** Blocks to add, no index twice. A block that is there already is overwritten. No order. */
  readonly blocks?: readonly StoredBlock[]

  /**
   * Indexes of blocks to drop, none of which is in `blocks`. Afterwards `getBlock` gives `undefined` for them; their
   * tree nodes stay. Indexes that are not there are ignored.
   */
  readonly dropped?: readonly number[]

  /** Whole have pages that replace the stored ones. */
  readonly have?: readonly HavePage[]
}

/**
 * What a store keeps of one feed.
 *
 * Missing is `undefined`; a failed read rejects with a {@link StorageError}: the two can always be told apart.
 *
 * Buffers: an array inside a change belongs to the store from the call on, and the caller never changes it again. An
 * array that was returned belongs to the caller, who may change it without any effect on what is stored.
 *
 * Concurrency: every member may be called while others are under way. Commits of one feed take effect in the order of
 * the calls; a read sees every commit that resolved before it was called, and may see those under way, each whole or
 * not at all.
 *
 * After the store was closed, or the feed deleted, every member rejects with a {@link ClosedError}.
 */
export interface FeedStorage {
  /** The record as last committed; `undefined` while nothing was committed. Synchronous: every store keeps it at hand. */
  readonly record: FeedRecord | undefined

  /**
   * Applies a change: all of it or none of it survives a crash.
   *
   * Resolves once it is as durable as `durability` says, by default the most that the store's `supports.durability`
   * promises without waiting for the medium (`memory` or `process`). Asking for more than the store supports rejects
   * with a `RangeError`, and nothing changes. A rejected commit has changed nothing that a read can see.
   */
  commit(change: FeedChange, options?: { readonly durability?: Durability }): Promise<void>

  /**
   * Blocks with these leaf hashes are likely to be committed soon: a store that looks up whether it has them may begin
   * to. Changes nothing that can be seen, and never throws: what goes wrong shows when they are committed.
   *
   * Optional: for stores whose commits read before they write.
   */
  expect?(hashes: readonly Uint8Array[]): void

  /**
   * The bytes of a block, or `undefined` when it is not here.
   *
   * With `shared`, the caller only reads the array: the store may return the one that it keeps, and never changes it.
   */
  getBlock(index: number, options?: { readonly shared?: boolean }): Promise<Uint8Array | undefined>

  /**
   * Neighbouring blocks from `start` on: up to `end`, exclusive, or until they have `bytes` bytes together, the block that
   * passes the mark included; `undefined` for each that is not here. At least one, where `start` is below `end`.
   *
   * Optional: where a store has it, many small blocks are read at once. Each is what `getBlock` would have given.
   */
  getBlocks?(
    start: number,
    end: number,
    options: { readonly bytes: number; readonly shared?: boolean }
  ): Promise<Array<Uint8Array | undefined>>

  /** The hashes of tree nodes, in the order asked; `undefined` for each that is not here. */
  getNodes(indexes: readonly number[]): Promise<Array<Uint8Array | undefined>>

  /** All stored have pages with at least one bit set, in ascending order. */
  getHave(): Promise<HavePage[]>
}
