import type { ByteKey } from './byte-key.ts'

/** What blocks are parts of. */
export interface BlockBuffer {
  /** A block of it is kept no more. */
  released(block: PooledBlock): void
}

/** One copy of a block's bytes, and how many places of how many feeds hold it. */
export interface PooledBlock {
  readonly key: ByteKey
  data: Uint8Array
  references: number
  /** What it is a part of, if that is more than twice as long. */
  buffer: BlockBuffer | undefined
}
