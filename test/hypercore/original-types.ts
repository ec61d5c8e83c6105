import type { Duplex } from 'node:stream'

export type Done = (error?: Error | null) => void

/** What the tests use of a feed of hypercore 1.8.0. */
export interface OriginalFeed extends NodeJS.EventEmitter {
  id: Buffer | null
  blocks: number
  has(index: number): boolean
  get(index: number, callback: (error: Error | null, block: Buffer | null) => void): void
  append(blocks: Array<string | Buffer>, callback?: Done): void
  finalize(callback: Done): void
  open(callback: Done): void
}

/** What the tests use of hypercore 1.8.0. */
export interface Original {
  add(): OriginalFeed
  get(id: Buffer): OriginalFeed
  use(extension: string): void
  createPeerStream(): Duplex & {
    remoteId: Buffer | null
    remoteSupports(extension: string): boolean
    send(extension: string, message: Buffer | string): boolean
  }
}
