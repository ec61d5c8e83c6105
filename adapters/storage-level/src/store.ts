import type { Durability } from '@anyfeed/interfaces'
import type { Database } from './database.ts'
import type { Gate } from './gate.ts'
import type { PackCache } from './pack-cache.ts'
import type { SharedLock } from './shared-lock.ts'

/** What the feeds of a store have in common. */
export interface Store {
  readonly db: Database
  readonly gate: Gate
  readonly cache: PackCache
  readonly durability: Durability
  /**
   * Guards references to blocks, and ids: shared by those who add references without looking, had alone by those who
   * must know that nobody adds one. Whoever holds it waits for no other lock.
   */
  readonly references: SharedLock
}
