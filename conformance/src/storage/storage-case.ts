import type { Case, Quote } from '../suite/case.ts'
import type { OptionalMember, StorageSuiteOptions } from './options.ts'
import type { StorageWorld } from './world.ts'

export type StorageCase = Case<StorageWorld, StorageSuiteOptions>

type Skip = NonNullable<StorageCase['skip']>

export function storageCase(
  name: string,
  title: string,
  quotes: readonly Quote[],
  run: (world: StorageWorld) => Promise<void>,
  skip?: Skip
): StorageCase {
  return { name: `storage.${name}`, title, quotes, run, skip }
}

export const unlessPersistent: Skip = ({ supports }) =>
  supports.persistent ? undefined : 'the store is not persistent'

/** Skips unless the author gave what the case needs of the medium. */
export function needs(option: 'rival' | 'crash' | 'size' | 'damage' | 'failReads'): Skip {
  const why = {
    rival: 'no second opener can be made (rival)',
    crash: 'no store can be made whose medium dies (crash)',
    size: 'nobody can tell how much the store takes (size)',
    damage: 'nothing can be damaged at rest (damage)',
    failReads: 'the medium cannot be made to fail (failReads)'
  }
  return (options) => (options[option] === undefined ? why[option] : undefined)
}

/** Skips unless the store has an optional member. */
export function hasMember(member: OptionalMember): Skip {
  return ({ optional = [] }) => (optional.includes(member) ? undefined : `the store has no ${member} (optional)`)
}
