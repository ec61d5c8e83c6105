import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ClassicLevel } from 'classic-level'
import { expect, it } from 'vitest'
import { anyfeed, eventOf, noise, noiseFile, Run, sameBytes, sharing, temporaryDirectory } from './anyfeed.ts'

const MIB = 1024 * 1024

/** A store with one feed of five blocks. */
async function storeWithFeed(length = 300_000) {
  const directory = await temporaryDirectory()
  const file = await noiseFile(directory, length)
  const store = join(directory, 'store')
  const { run, id } = await sharing(file, store)
  await run.kill('SIGINT')
  return { directory, file, store, id }
}

/** Changes one byte of a stored block behind the store's back. */
async function damageBlock(store: string): Promise<void> {
  const db = new ClassicLevel<Uint8Array, Uint8Array>(join(store, 'feeds'), {
    keyEncoding: 'view',
    valueEncoding: 'view'
  })
  // The bytes of a block are the longest value that a store has.
  const entries = await db.iterator().all()
  const [key, value] = entries.reduce((longest, entry) => (entry[1].length > longest[1].length ? entry : longest))
  const damaged = value.slice()
  damaged[100] = (damaged[100] as number) ^ 1
  await db.put(key, damaged)
  await db.close()
}

function sizeOf(directory: string): number {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((each) => each.isFile())
  return files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0)
}

it('lists feeds, and tells about one', async () => {
  const { store, id } = await storeWithFeed()
  const listed = await anyfeed('ls', '--store', store, '--json')
  const feed = { event: 'feed', id, blocks: 5, held: 5, bytes: 300_000, complete: true }
  expect(listed.events).toEqual([feed, { event: 'done', feeds: 1 }])
  expect((await anyfeed('info', id.toUpperCase(), '--store', store, '--json')).events).toEqual([
    feed,
    { event: 'done', id }
  ])
  expect((await anyfeed('ls', '--store', store)).stdout.toString()).toBe(`${id}   293 KiB  5 blocks\n`)
  const info = await anyfeed('info', id, '--store', store)
  expect(info.stdout.toString()).toBe(`id      ${id}\nblocks  5, all here\nsize    293 KiB (300,000 bytes)\n`)
})

it('lists nothing where there is no store, and makes none', async () => {
  const directory = await temporaryDirectory()
  const listed = await anyfeed('ls', '--store', join(directory, 'none'))
  expect(listed).toMatchObject({ code: 0, stderr: 'no feeds yet: `anyfeed share FILE` adds one\n' })
  expect(readdirSync(directory)).toEqual([])
})

it('lists how much is here of a feed that was fetched in part', async () => {
  const { directory, file, store, id } = await storeWithFeed()
  const { peer } = await sharing(file, store)
  const part = join(directory, 'part')
  expect((await anyfeed('cat', id, '--start', '1', '--limit', '2', '--peer', peer, '--store', part)).code).toBe(0)
  const { events } = await anyfeed('ls', '--store', part, '--json')
  expect(events[0]).toEqual({ event: 'feed', id, blocks: 5, held: 2, bytes: 131_072, complete: false })
  const text = await anyfeed('ls', '--store', part)
  expect(text.stdout.toString()).toContain('2 of 5 blocks')
})

it('writes ranges of blocks', async () => {
  const { store, id } = await storeWithFeed()
  const bytes = noise(300_000)
  const cat = async (...args: string[]) => (await anyfeed('cat', id, '--store', store, ...args)).stdout
  expect((await cat()).equals(bytes)).toBe(true)
  expect((await cat('--start', '4')).equals(bytes.subarray(4 * 65536))).toBe(true)
  expect((await cat('--start', '1', '--limit', '2')).equals(bytes.subarray(65536, 3 * 65536))).toBe(true)
  expect(await cat('--limit', '0')).toHaveLength(0)
  expect(await cat('--start', '5')).toHaveLength(0)
  expect((await cat('--start', '4', '--limit', '100')).equals(bytes.subarray(4 * 65536))).toBe(true)
})

it('fetches no more than the range that is asked for', async () => {
  const { directory, file, store, id } = await storeWithFeed()
  const { run, peer } = await sharing(file, store)
  const cat = ['cat', id, '--start', '3', '--limit', '1', '--peer', peer, '--store', join(directory, 'b'), '--json']
  const done = eventOf(await anyfeed(...cat), 'done')
  expect(done).toMatchObject({ blocks: 1, bytes: 65536, fetched: 1, resumed: 0 })
  const { sentBlocks } = await run.event('peer', ({ state }) => state === 'left')
  expect(sentBlocks).toBe(1)
})

it('finds all sound', async () => {
  const { store, id } = await storeWithFeed()
  const verified = await anyfeed('verify', '--store', store, '--json')
  expect(verified.code).toBe(0)
  expect(eventOf(verified, 'done')).toMatchObject({ feeds: 1, blocks: 5, damaged: 0 })
  expect((await anyfeed('verify', id, '--store', store)).stderr).toBe('5 blocks of 1 feed checked: all sound.\n')
})

it('finds a damaged block, drops it, and get fetches it again', async () => {
  const { directory, file, store, id } = await storeWithFeed()
  await damageBlock(store)
  const verified = await anyfeed('verify', '--store', store, '--json')
  expect(verified.code).toBe(3)
  expect(eventOf(verified, 'damaged').id).toBe(id)
  expect(eventOf(verified, 'done')).toMatchObject({ blocks: 5, damaged: 1 })
  const after = await anyfeed('verify', '--store', store, '--json')
  expect(after.code).toBe(0)
  expect(eventOf(after, 'done')).toMatchObject({ blocks: 4, damaged: 0 })

  const { peer } = await sharing(file, join(directory, 'other'))
  const copy = join(directory, 'copy')
  const got = await anyfeed('get', id, '--peer', peer, '--store', store, '-o', copy, '--json')
  expect(eventOf(got, 'done')).toMatchObject({ fetched: 1, resumed: 4 })
  expect(sameBytes(file, copy)).toBe(true)
})

it('never writes a damaged block, and fetches it again when it meets one', async () => {
  const { directory, file, store, id } = await storeWithFeed()
  const { peer } = await sharing(file, join(directory, 'other'))
  const copy = join(directory, 'copy')
  await damageBlock(store)
  const got = await anyfeed('get', id, '--peer', peer, '--store', store, '-o', copy, '--json')
  expect(eventOf(got, 'warning').code).toBe('ERR_BLOCK_DAMAGED')
  expect(eventOf(got, 'done')).toMatchObject({ fetched: 1, resumed: 4 })
  expect(sameBytes(file, copy)).toBe(true)
})

it('says what to do about a damaged block when there is no peer', async () => {
  const { directory, store, id } = await storeWithFeed()
  await damageBlock(store)
  const got = await anyfeed('get', id, '--store', store, '-o', join(directory, 'copy'))
  expect(got.code).toBe(1)
  expect(got.stderr).toContain('--peer ADDRESS')
  expect(readdirSync(directory)).not.toContain('copy')
})

it('gives the space of removed feeds back', async () => {
  const { store, id } = await storeWithFeed(32 * MIB)
  expect(sizeOf(store)).toBeGreaterThan(32 * MIB)
  const removed = await anyfeed('rm', id, '--store', store, '--json')
  expect(removed.events).toEqual([
    { event: 'removed', id },
    { event: 'done', feeds: 1 }
  ])
  expect(sizeOf(store)).toBeLessThan(MIB)
})

it('removes what it can and names what it cannot', async () => {
  const { store, id } = await storeWithFeed()
  const unknown = 'ab'.repeat(32)
  const removed = await anyfeed('rm', unknown, id, '--store', store, '--json')
  expect(removed.code).toBe(1)
  expect(eventOf(removed, 'removed').id).toBe(id)
  expect(eventOf(removed, 'error').code).toBe('ERR_FEED_UNKNOWN')
})

it('refuses a store that is in use', async () => {
  const directory = await temporaryDirectory()
  const store = join(directory, 'store')
  await sharing(await noiseFile(directory, 10), store)
  const listed = await anyfeed('ls', '--store', store)
  expect(listed.code).toBe(1)
  expect(listed.stderr).toBe(
    `anyfeed: the store ${store} is in use by another anyfeed: stop that one, or use another with --store DIR\n`
  )
  expect(eventOf(await anyfeed('ls', '--store', store, '--json'), 'error').code).toBe('ERR_LOCKED')
})

it('ends when who reads its output has had enough', async () => {
  const { store, id } = await storeWithFeed(8 * MIB)
  const run = new Run(['cat', id, '--store', store])
  run.child.stdout?.once('data', () => run.child.stdout?.destroy())
  expect(await run.ended).toMatchObject({ code: 141, stderr: '' })
})
