import type { TreeNode } from '@anyfeed/interfaces'

/** The type numbers of the wire (PROTOCOL section 3). PRIVATE_JOIN is of version 1 (docs/protocol.md). */
export const JOIN = 0
export const LEAVE = 1
export const HAVE = 2
export const PAUSE = 3
export const UNPAUSE = 4
export const REQUEST = 5
export const RESPONSE = 6
export const CANCEL = 7
export const PRIVATE_JOIN = 8

/** Types from here to 127 are extension messages. */
export const FIRST_EXTENSION = 64
export const LAST_EXTENSION = 127

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

/** A message about one channel; `channel` is the sender's own number for it. */
export type Message =
  | { readonly type: typeof JOIN; readonly channel: number; readonly id: Uint8Array }
  | {
      readonly type: typeof PRIVATE_JOIN
      readonly channel: number
      /** The first two bytes of the topic. */
      readonly prefix: Uint8Array
      /** Proves to those who know the id, and to them alone, that the sender knows it: 32 bytes. */
      readonly proof: Uint8Array
    }
  | { readonly type: typeof LEAVE | typeof PAUSE | typeof UNPAUSE; readonly channel: number }
  | {
      readonly type: typeof HAVE
      readonly channel: number
      readonly blocks: readonly number[]
      readonly bitfield: Uint8Array | undefined
    }
  | { readonly type: typeof REQUEST | typeof CANCEL; readonly channel: number; readonly block: number }
  | {
      readonly type: typeof RESPONSE
      readonly channel: number
      readonly block: number
      readonly data: Uint8Array
      readonly proof: readonly TreeNode[]
    }
