import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Core, createCore } from '@anyfeed/core'
import type { Storage } from '@anyfeed/interfaces'
import { levelStorage } from '@anyfeed/storage-level'
import { memoryStorage } from '@anyfeed/storage-memory'
import { ClassicLevel } from 'classic-level'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { coreWith } from '../../packages/core/test/content.ts'
import { connect } from '../../packages/core/test/pipe.ts'
import { until } from '../../packages/core/test/until.ts'

const LENGTH = 4096

function block(seed: number): Uint8Array {
  const bytes = new Uint8Array(LENGTH)
  for (let i = 0; i < LENGTH; i += 4) new DataView(bytes.buffer).setUint32(i, (seed + 1) * 2654435761 + i)
  return bytes
}

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})
const stores: Array<[string, () => Storage]> = [
  ['memory', memoryStorage],
  [
    'classic-level',
    () => {
      folders.push(mkdtempSync(join(tmpdir(), 'anyfeed-duplicates-')))
      return levelStorage(new ClassicLevel(folders.at(-1) as string))
    }
  ]
]

async function write(core: Core, seeds: readonly number[]): Promise<Uint8Array> {
  const feed = core.add()
  await feed.append(seeds.map(block))
  return (await feed.finalize()) as Uint8Array
}

/** Fetches a feed with these blocks into a core that has another already. Gives the bytes that it took. */
async function fetchBeside(storage: Storage, had: readonly number[], wanted: readonly number[]): Promise<number> {
  const core = createCore({ storage })
  await write(core, had)
  const { core: source, id } = await coreWith(wanted.map(block))
  const link = connect(source, core)
  const feed = core.get(id)
  await feed.download().done
  for (let i = 0; i < wanted.length; i++) expect(await feed.get(i)).toEqual(block(wanted[i] as number))
  for await (const { sound } of feed.verify()) expect(sound).toBe(true)
  await until(() => feed.complete)
  await Promise.all([core.close(), source.close()])
  return link.bytes[0]
}

const upTo = (count: number, from = 0) => Array.from({ length: count }, (_, i) => from + i)

describe.each(stores)('blocks that another feed has here, in %s', (_, storage) => {
  it('are not fetched again: a feed that goes on where another ends', async () => {
    const bytes = await fetchBeside(storage(), upTo(256), upTo(300))
    expect(bytes).toBeLessThan((300 - 256 + 20) * LENGTH)
  })

  it('are not fetched again: a feed with some blocks changed', async () => {
    const changed = upTo(256).map((seed) => (seed >= 100 && seed < 110 ? 1000 + seed : seed))
    const bytes = await fetchBeside(storage(), upTo(256), changed)
    expect(bytes).toBeLessThan(0.75 * 256 * LENGTH)
  })
})

it('blocks in common, wherever they are, make no difference to what is there in the end', async () => {
  const seeds = fc.array(fc.nat(12), { minLength: 1, maxLength: 40 })
  await fc.assert(
    fc.asyncProperty(seeds, seeds, async (had, wanted) => {
      await fetchBeside(memoryStorage(), had, wanted)
    }),
    { seed: 6, numRuns: 60 }
  )
})
