import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { anyfeed, eventOf, noiseFile, Run, sameBytes, sharing, temporaryDirectory } from './anyfeed.ts'
import { slowLink } from './slow-link.ts'

const MIB = 1024 * 1024

async function halfFetched() {
  const directory = await temporaryDirectory()
  const file = await noiseFile(directory, 16 * MIB)
  const shared = await sharing(file, join(directory, 'a'))
  const link = await slowLink(shared.peer, 8 * MIB)
  const copy = join(directory, 'copy')
  const get = ['get', shared.id, '--store', join(directory, 'b'), '-o', copy, '--json']
  const run = new Run([...get, '--peer', link])
  const { blocks } = await run.event('progress', (event) => event.blocks >= 64)
  return { ...shared, file, copy, get, interrupted: run, blocks }
}

it('goes on where it was when it was killed', async () => {
  const { run, peer, file, copy, get, interrupted, blocks } = await halfFetched()
  expect((await interrupted.kill('SIGKILL')).signal).toBe('SIGKILL')
  expect(existsSync(copy)).toBe(false)
  const left = await run.event('peer', ({ state }) => state === 'left')
  const done = eventOf(await anyfeed(...get, '--peer', peer), 'done')
  expect(done.resumed).toBeGreaterThanOrEqual(blocks)
  expect((done.fetched as number) + (done.resumed as number)).toBe(256)
  expect(sameBytes(file, copy)).toBe(true)
  const last = await run.event('peer', ({ state, sentBlocks }) => state === 'left' && sentBlocks !== left.sentBlocks)
  expect((last.sentBlocks as number) - (left.sentBlocks as number)).toBe(done.fetched)
})

it.each([
  ['SIGINT', 130],
  ['SIGTERM', 143]
] as const)('ends cleanly at %s, and goes on later', async (signal, code) => {
  const { peer, file, copy, get, interrupted } = await halfFetched()
  const ended = await interrupted.kill(signal)
  expect(ended.code).toBe(code)
  expect(eventOf(ended, 'error')).toMatchObject({ code: 'ERR_INTERRUPTED' })
  expect(existsSync(copy) || existsSync(`${copy}.part`)).toBe(false)
  const done = eventOf(await anyfeed(...get, '--peer', peer), 'done')
  expect(done.resumed).toBeGreaterThan(0)
  expect(sameBytes(file, copy)).toBe(true)
})

it('counts on nothing that an earlier run left in the part', async () => {
  const { peer, file, copy, get, interrupted } = await halfFetched()
  await interrupted.kill('SIGKILL')
  await writeFile(`${copy}.part`, Buffer.alloc(32 * MIB, 7))
  expect((await anyfeed(...get, '--peer', peer)).code).toBe(0)
  expect(sameBytes(file, copy)).toBe(true)
})

it('keeps trying until the peer is there', async () => {
  const directory = await temporaryDirectory()
  const file = await noiseFile(directory, MIB)
  const store = join(directory, 'a')
  const first = await sharing(file, store)
  await first.run.kill('SIGINT')
  const copy = join(directory, 'copy')
  const get = new Run(['get', first.id, '--peer', first.peer, '--store', join(directory, 'b'), '-o', copy, '--json'])
  await get.event('peer', ({ state }) => state === 'failed')
  const again = new Run(['share', file, '--store', store, '--listen', first.peer, '--json'])
  await again.event('sharing')
  expect((await get.ended).code).toBe(0)
  expect(sameBytes(file, copy)).toBe(true)
})

it('goes on when the peer comes back in the middle', async () => {
  const directory = await temporaryDirectory()
  const file = await noiseFile(directory, 16 * MIB)
  const store = join(directory, 'a')
  const first = await sharing(file, store)
  const link = await slowLink(first.peer, 12 * MIB)
  const copy = join(directory, 'copy')
  const peers = ['--peer', link]
  const get = new Run(['get', first.id, ...peers, '--store', join(directory, 'b'), '-o', copy, '--json'])
  await get.event('progress', ({ blocks }) => blocks >= 64)
  await first.run.kill('SIGKILL')
  await get.event('peer', ({ state }) => state !== 'connected' && state !== 'dialing')
  const again = new Run(['share', file, '--store', store, '--listen', first.peer, '--json'])
  await again.event('sharing')
  const done = eventOf(await get.ended, 'done')
  expect(done.fetched).toBe(256)
  expect(sameBytes(file, copy)).toBe(true)
})
