import type { TreeNode } from '@anyfeed/interfaces'

/** The type numbers of the wire (PROTOCOL section 3). Those from PRIVATE_JOIN on are of version 1 (docs/protocol.md). */
export const JOIN = 0
export const LEAVE = 1
export const HAVE = 2
export const PAUSE = 3
export const UNPAUSE = 4
export const REQUEST = 5
export const RESPONSE = 6
export const CANCEL = 7
export const PRIVATE_JOIN = 8
export const RANGE_REQUEST = 9
export const RANGE_RESPONSE = 10
export const RANGE_CANCEL = 11

/** Types from here to 127 are extension messages. */
export const FIRST_EXTENSION = 64

/** The first frame of each side. */
export interface Handshake {
  readonly protocol: string
  /** 0, as hypercore 1.x, is written as an absent field. */
  readonly version: number
  /** Names the peer: 32 bytes. */
  readonly id: Uint8Array
  /** Sorted by code unit; at most 64. */
  readonly extensions: readonly string[]
  /** Version 1: 32 bytes that are fresh for each stream. */
  readonly nonce: Uint8Array | undefined
}

/** Tells which blocks are here. */
export interface Have {
  readonly type: typeof HAVE
  readonly channel: number
  /** Blocks that are here too. */
  readonly blocks: readonly number[]
  /** Replaces all that was told before. */
  readonly bitfield: Uint8Array | undefined
}

/** A block that was asked for. */
export interface Response {
  readonly type: typeof RESPONSE
  readonly channel: number
  readonly block: number
  readonly data: Uint8Array
  readonly proof: readonly TreeNode[]
}

/** Asks for a run of blocks. */
export interface RangeRequest {
  readonly type: typeof RANGE_REQUEST
  readonly channel: number
  /** Names the request in answers and cancels: the asker's own number, never used twice on a channel. */
  readonly id: number
  /** The first block. */
  readonly start: number
  /** How many blocks: at least 1. */
  readonly count: number
  /** The tree index of a node that the asker trusts and that covers the run; `undefined`: it knows nothing of the tree. */
  readonly top: number | undefined
}

/** Some of the blocks that were asked for: neighbours, in order. */
export interface RangeResponse {
  readonly type: typeof RANGE_RESPONSE
  readonly channel: number
  readonly id: number
  /** The block that is first here. */
  readonly start: number
  /** The blocks, which are views of one array. */
  readonly blocks: readonly Uint8Array[]
  /** The hashes of the proof, 32 bytes each, in the order of the tree. */
  readonly proof: Uint8Array
  /** For an asker that knows nothing of the tree, in the first answer: the length and the hashes of the roots. */
  readonly roots: { readonly blocks: number; readonly hashes: Uint8Array } | undefined
  /** No further answer to this request follows. */
  readonly last: boolean
}

/** Takes back some of what was asked for. */
export interface RangeCancel {
  readonly type: typeof RANGE_CANCEL
  readonly channel: number
  readonly id: number
  readonly start: number
  readonly count: number
}

/** Names the feed of a channel: by its id, or by the proof that the sender knows it. */
export type Join =
  | { readonly type: typeof JOIN; readonly channel: number; readonly id: Uint8Array }
  | {
      readonly type: typeof PRIVATE_JOIN
      readonly channel: number
      /** The first two bytes of the topic. */
      readonly prefix: Uint8Array
      /** Proves to those who know the id, and to them alone, that the sender knows it: 32 bytes. */
      readonly proof: Uint8Array
    }

/** A message about one channel; `channel` is the sender's own number for it. */
export type Message =
  | Join
  | { readonly type: typeof LEAVE | typeof PAUSE | typeof UNPAUSE; readonly channel: number }
  | Have
  | { readonly type: typeof REQUEST | typeof CANCEL; readonly channel: number; readonly block: number }
  | Response
  | RangeRequest
  | RangeResponse
  | RangeCancel
