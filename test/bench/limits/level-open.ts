import { stopwatch } from '../stopwatch.ts'
import { level } from '../stores/temporary-level.ts'
import type { Limit } from '../work.ts'

/** Gets one value out of the very LevelDB in which the large feed is, in a process that never saw it. */
export const levelOpen: Limit = {
  does: 'one `db.get` in the same LevelDB',

  async run(_size, _served, { folder }) {
    const db = level(folder)
    await db.open()
    const [key] = await db.keys({ limit: 1, reverse: true }).all()
    await db.close()
    const again = level(folder)
    await again.open()
    const seconds = stopwatch()
    const value = await again.get(key as Uint8Array)
    const elapsed = seconds()
    if (value === undefined) throw new Error('there is no value')
    await again.close()
    return elapsed
  }
}
