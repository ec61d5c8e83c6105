import type { TreeNode } from '@anyfeed/interfaces'

/** What a feed tells of itself. */
export interface FeedEvents {
  /** Its stored state was read: `has` may be asked. */
  open: []
  /** More is known or here than before: blocks were appended or fetched, or the length was learned. */
  update: []
  /** A block was fetched from a peer, verified and stored. The data is only to be read. */
  download: [block: number, data: Uint8Array, proof: readonly TreeNode[]]
  /** A block was sent to a peer. The data is only to be read. */
  upload: [block: number, data: Uint8Array]
  /** It got its id. */
  finalize: [id: Uint8Array]
  /** The store failed while nobody was waiting for it, or a block of it was found damaged. */
  error: [error: Error]
  /** This handle was closed. */
  close: []
}
