// Appends to feeds in a classic-level store and finalizes them, for ever; tells on standard output what was
// acknowledged. Its parent kills it. `node writer.ts FOLDER`
import { writeSync } from 'node:fs'
import { createCore, type Feed } from '@anyfeed/core'
import { levelStorage } from '@anyfeed/storage-level'
import { ClassicLevel } from 'classic-level'
import { block } from './content.ts'

const MOST_BLOCKS = 200

const core = createCore({ storage: levelStorage(new ClassicLevel(process.argv[2] as string)) })
await core.open()

for await (const { key } of core.unfinished()) await write(core.resume(key))
for (;;) await write(core.add())

async function write(feed: Feed): Promise<void> {
  await feed.open()
  const key = hex(feed.key)
  while (feed.blocks < MOST_BLOCKS) {
    const from = feed.blocks
    await feed.append(Array.from({ length: 1 + (from % 7) }, (_, i) => block(key, from + i)))
    tell({ key, blocks: feed.blocks })
  }
  const id = hex(await feed.finalize())
  tell({ key, id, blocks: feed.blocks })
  await feed.close()
}

/** Synchronous, so that nothing acknowledged is lost in a buffer of this process when it is killed. */
function tell(acknowledged: { key: string; id?: string; blocks: number }): void {
  writeSync(1, `${JSON.stringify(acknowledged)}\n`)
}

function hex(bytes: Uint8Array | null): string {
  return Buffer.from(bytes as Uint8Array).toString('hex')
}
