import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createCore } from '@anyfeed/core'
import { levelStorage } from '@anyfeed/storage-level'
import { ClassicLevel } from 'classic-level'
import { expect, it } from 'vitest'
import { eventOf, LOOPBACK, noise, noiseFile, Run, sharing, temporaryDirectory } from './anyfeed.ts'

const MIB = 1024 * 1024

function coreOf(store: string) {
  return createCore({ storage: levelStorage(new ClassicLevel<Uint8Array, Uint8Array>(join(store, 'feeds'))) })
}

async function unfinished(store: string): Promise<number> {
  const core = coreOf(store)
  try {
    let feeds = 0
    for await (const _ of core.unfinished()) feeds++
    return feeds
  } finally {
    await core.close()
  }
}

/** A `share` that has stored some of its input, and waits for more. */
async function halfShared(store: string): Promise<Run> {
  const run = new Run(['share', '-', '--store', store, ...LOOPBACK, '--json'])
  // More than may wait to be stored, so that some of it is.
  run.child.stdin?.write(noise(24 * MIB))
  await run.event('progress', ({ bytes }) => bytes >= 20 * MIB)
  return run
}

it('leaves nothing behind when it is interrupted', async () => {
  const store = join(await temporaryDirectory(), 'store')
  const run = await halfShared(store)
  const ended = await run.kill('SIGINT')
  expect(ended.code).toBe(130)
  expect(eventOf(ended, 'error').code).toBe('ERR_INTERRUPTED')
  expect(await unfinished(store)).toBe(0)
  expect(readdirSync(join(store, 'adding'))).toEqual([])
})

it('discards what a killed share left, and no feed of others', async () => {
  const directory = await temporaryDirectory()
  const store = join(directory, 'store')
  await (await halfShared(store)).kill('SIGKILL')
  const core = coreOf(store)
  await core.add().append('the feed of another program')
  await core.close()
  expect(await unfinished(store)).toBe(2)
  const { run } = await sharing(await noiseFile(directory, 10), store)
  await run.kill('SIGINT')
  expect(await unfinished(store)).toBe(1)
  expect(readdirSync(join(store, 'adding'))).toEqual([])
})
