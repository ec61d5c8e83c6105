/** What a database's medium does. */
export interface Medium {
  /** Batches that it will still take. */
  writes: number
  /** Whether reading fails. */
  unreadable: boolean
}

type Operation = (...args: unknown[]) => Promise<unknown>

const media = new WeakMap<object, Medium>()

/** The medium of a database of abstract-level: lets it die, so that it takes no more after so many batches. */
export function mediumOf(db: object): Medium {
  const known = media.get(db)
  if (known !== undefined) return known
  const medium: Medium = { writes: Infinity, unreadable: false }
  media.set(db, medium)
  const internals = db as Record<string, Operation | undefined>
  for (const name of ['_batch', '_put', '_del', '_clear']) {
    guard(internals, name, async () => {
      if (medium.writes-- <= 0) throw new Error('the medium takes no more')
    })
  }
  for (const name of ['_get', '_getMany']) {
    guard(internals, name, async () => {
      if (medium.unreadable) throw new Error('the medium cannot be read')
    })
  }
  for (const name of ['_iterator', '_keys', '_values', '_getSync']) {
    const original = internals[name]?.bind(db) as ((...args: unknown[]) => never) | undefined
    if (original === undefined) continue
    Object.assign(internals, {
      [name](...args: unknown[]) {
        if (medium.unreadable) throw new Error('the medium cannot be read')
        return original(...args)
      }
    })
  }
  return medium
}

function guard(internals: Record<string, Operation | undefined>, name: string, check: () => Promise<void>): void {
  const original = internals[name]?.bind(internals)
  if (original === undefined) return
  internals[name] = async (...args) => {
    await check()
    return original(...args)
  }
}
