import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createCore, type Feed } from '@anyfeed/core'
import { levelStorage } from '@anyfeed/storage-level'
import { ClassicLevel } from 'classic-level'
import { afterAll, expect, it } from 'vitest'
import { block } from './content.ts'

const KILLS = 50
const writer = fileURLToPath(new URL('writer.ts', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'anyfeed-kill-'))

afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Acknowledged {
  readonly key: string
  readonly id?: string
  readonly blocks: number
}

it(`finds every acknowledged block after each of ${KILLS} kills`, async () => {
  const feeds = new Map<string, Acknowledged>()
  let finalized = 0
  for (let kill = 0; kill < KILLS; kill++) {
    const touched = await writeUntilKilled(1 + ((kill * 37) % 101), kill % 3 === 0)
    for (const acknowledged of touched) feeds.set(acknowledged.key, acknowledged)

    const core = createCore({ storage: levelStorage(new ClassicLevel(folder)) })
    await core.open()
    for (const { key } of touched) {
      const acknowledged = feeds.get(key) as Acknowledged
      if (acknowledged.id !== undefined) finalized++
      await check(await find(core, acknowledged), acknowledged)
    }
    await core.close()
  }
  expect(finalized).toBeGreaterThan(5)

  const core = createCore({ storage: levelStorage(new ClassicLevel(folder)) })
  for (const acknowledged of feeds.values()) {
    if (acknowledged.id === undefined) continue
    const feed = core.get(acknowledged.id)
    await feed.open()
    expect(feed.complete).toBe(true)
    await check(feed, acknowledged)
  }
  await core.close()
}, 300_000)

/** Kills the writer when it has acknowledged something `acknowledgements` times, or in the middle of what comes next. */
async function writeUntilKilled(acknowledgements: number, later: boolean): Promise<Acknowledged[]> {
  const child = spawn(process.execPath, [writer, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exit = once(child, 'exit')
  const last = new Map<string, Acknowledged>()
  let count = 0
  for await (const line of createInterface({ input: child.stdout })) {
    const acknowledged = JSON.parse(line) as Acknowledged
    last.set(acknowledged.key, acknowledged)
    if (++count === acknowledgements) {
      if (later) await new Promise((resolve) => setImmediate(resolve))
      child.kill('SIGKILL')
    }
  }
  expect(await exit).toEqual([null, 'SIGKILL'])
  return [...last.values()]
}

/** The feed, which may have come further than what was acknowledged when the writer died. */
async function find(core: ReturnType<typeof createCore>, { key, id }: Acknowledged): Promise<Feed> {
  if (id !== undefined) return core.get(id)
  for await (const record of core.list()) {
    if (Buffer.from(record.key).toString('hex') === key) return core.get(record.id)
  }
  return core.resume(key)
}

async function check(feed: Feed, { key, blocks }: Acknowledged): Promise<void> {
  await feed.open()
  expect(feed.blocks).toBeGreaterThanOrEqual(blocks)
  for (let i = 0; i < feed.blocks; i++) expect(Buffer.from((await feed.get(i))!).equals(block(key, i))).toBe(true)
  await feed.close()
}
