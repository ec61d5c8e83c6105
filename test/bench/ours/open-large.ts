import { createCore } from '@anyfeed/core'
import { levelStorage } from '@anyfeed/storage-level'
import { blocks } from '../content.ts'
import { stopwatch } from '../stopwatch.ts'
import { level } from '../stores/temporary-level.ts'
import type { Program, Size } from '../work.ts'

/** Blocks that differ; behind them the same come again, so that ten million are written in minutes. */
const DISTINCT = 256

const BATCH = 10_000

/** Writes a feed of many small blocks that `openLarge` opens. */
export async function writeLarge(size: Size, folder: string): Promise<void> {
  const core = createCore({ storage: levelStorage(level(folder)) })
  const feed = core.add()
  const distinct = [...blocks({ ...size, count: DISTINCT })]
  let before: Promise<void> = Promise.resolve()
  for (let start = 0; start < size.count; start += BATCH) {
    const length = Math.min(BATCH, size.count - start)
    const next = feed.append(Array.from({ length }, (_, i) => distinct[(start + i) % DISTINCT] as Uint8Array))
    await before
    before = next
  }
  await before
  await feed.finalize()
  await core.close()
}

/** Opens a feed in a store that is open, in a process that never saw it; resolves with the seconds. */
export const openLarge: Program = {
  async run({ count }, _served, { folder }) {
    const core = createCore({ storage: levelStorage(level(folder)) })
    let id: Uint8Array | undefined
    for await (const record of core.list()) id = record.id
    if (id === undefined) throw new Error('there is no feed')
    const seconds = stopwatch()
    const feed = core.get(id)
    await feed.open()
    const elapsed = seconds()
    if (!feed.complete || feed.blocks !== count) throw new Error('the feed is not whole')
    if ((await feed.get(count >> 1)) === null) throw new Error('a block cannot be read')
    await core.close()
    return elapsed
  }
}
