import type { Durability } from '@anyfeed/interfaces'
import type { Gate } from './gate.ts'
import type { Journal } from './journal.ts'
import type { PackCache } from './pack-cache.ts'
import type { SharedLock } from './shared-lock.ts'

/** What the feeds of a store have in common. */
export interface Store {
  readonly db: Journal
  readonly gate: Gate
  readonly cache: PackCache
  readonly durability: Durability
  /**
   * Had alone by those who add or drop blocks, or set ids, from the reading of what is there to the writing of what
   * comes of it. Whoever has it waits for no other lock of the store's feeds.
   */
  readonly contents: SharedLock
}
