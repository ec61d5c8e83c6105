import type { Core } from '@anyfeed/core'
import { EXIT } from '../errors.ts'
import { Pace } from '../output/pace.ts'
import { openExistingStore, openStoredFeed } from '../stored-feed.ts'
import type { CommandContext } from './command.ts'

interface Tally {
  feeds: number
  blocks: number
  bytes: number
  damaged: number
  unreadable: number
}

/**
 * `verify [ID]`: hashes what is stored of one feed, or of all, anew, and drops what is damaged, so that it is fetched
 * again. Resolves with the exit code.
 */
export async function verify(id: string | undefined, context: CommandContext): Promise<number> {
  await using store = await openExistingStore(context.store)
  const { core } = store
  // Whether there is such a feed is asked first: that it is not there is no damage.
  if (id !== undefined) await (await openStoredFeed(store, id)).close()
  const ids = id === undefined ? await allIds(core, context.signal) : [id]
  const tally: Tally = { feeds: 0, blocks: 0, bytes: 0, damaged: 0, unreadable: 0 }
  for (const each of ids) await verifyFeed(core, each, tally, context)
  const { feeds, blocks, damaged } = tally
  context.report.report({ event: 'done', feeds, blocks, damaged })
  return damaged + tally.unreadable > 0 ? EXIT.damaged : EXIT.ok
}

async function allIds(core: Core, signal: AbortSignal): Promise<string[]> {
  const ids: string[] = []
  for await (const { id } of core.list({ signal })) ids.push(Buffer.from(id).toString('hex'))
  return ids
}

async function verifyFeed(core: Core, id: string, tally: Tally, { report, signal }: CommandContext): Promise<void> {
  const feed = core.get(id)
  const pace = new Pace()
  let blocks = 0
  try {
    await feed.open()
    const { held, byteLength } = feed
    for await (const { block, sound } of feed.verify({ signal })) {
      blocks++
      tally.blocks++
      if (!sound) {
        tally.damaged++
        report.report({ event: 'damaged', id, block })
      }
      if (!pace.due(blocks, held, performance.now())) continue
      const bytes = Math.round((byteLength / held) * blocks)
      const total = { totalBlocks: held, totalBytes: byteLength }
      report.report({ event: 'progress', action: 'verify', id, blocks, bytes, ...total })
    }
    tally.feeds++
  } catch (error) {
    signal.throwIfAborted()
    // The others may be sound.
    tally.unreadable++
    const message = `${id} cannot be read (${(error as Error).message}): \`anyfeed rm\` it, and fetch it again`
    report.report({ event: 'warning', code: 'ERR_STORAGE', message })
  } finally {
    await feed.close()
  }
}
