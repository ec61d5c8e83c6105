import type { Storage } from '@anyfeed/interfaces'
import type { Database } from './database.ts'
import { Hypercore, type HypercoreOptions } from './hypercore.ts'

/** Makes a core, with or without `new`. */
export interface HypercoreConstructor {
  (db: Database | Storage, options?: HypercoreOptions | null): Hypercore
  new (db: Database | Storage, options?: HypercoreOptions | null): Hypercore
  readonly prototype: Hypercore
}

/**
 * Makes a core that keeps its feeds in `db`: a database of abstract-level 3, or a storage of anyfeed. It may be called
 * with `new`, and be extended.
 *
 * @example
 * const core = hypercore(new ClassicLevel('hypercore.db'))
 * const ws = core.createWriteStream()
 * ws.write('hello')
 * ws.end('world', () => console.log(ws.id.toString('hex')))
 */
export const hypercore = function hypercore(db: Database | Storage, options?: HypercoreOptions | null): Hypercore {
  return Reflect.construct(Hypercore, [db, options ?? {}], new.target ?? Hypercore)
} as HypercoreConstructor

Object.defineProperty(hypercore, 'prototype', { value: Hypercore.prototype })
