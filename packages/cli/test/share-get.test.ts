import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs'
import { symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { anyfeed, eventOf, LOOPBACK, noise, noiseFile, Run, sameBytes, sharing, temporaryDirectory } from './anyfeed.ts'

const KIB = 1024
const MIB = 1024 * KIB

it('shares a file that another process fetches', async () => {
  const directory = await temporaryDirectory()
  const file = await noiseFile(directory, 5 * MIB + 123)
  const { run, id, peer } = await sharing(file, join(directory, 'a'))
  const copy = join(directory, 'copy')
  const got = await anyfeed('get', id, '--peer', peer, '--store', join(directory, 'b'), '-o', copy, '--json')
  expect(got.code).toBe(0)
  expect(eventOf(got, 'done')).toMatchObject({ id, blocks: 81, bytes: 5 * MIB + 123, fetched: 81, resumed: 0 })
  expect(sameBytes(file, copy)).toBe(true)
  expect(existsSync(`${copy}.part`)).toBe(false)
  await run.event('peer', ({ state }) => state === 'left')
  const served = await run.kill('SIGINT')
  expect(served.code).toBe(0)
  expect(eventOf(served, 'done')).toMatchObject({ id, blocks: 81, bytes: 5 * MIB + 123 })
})

it('prints the command that fetches the feed', async () => {
  const directory = await temporaryDirectory()
  const file = await noiseFile(directory, 100_000)
  const run = new Run(['share', file, '--store', join(directory, 'a'), ...LOOPBACK])
  let text = ''
  for await (const chunk of run.child.stdout as NodeJS.ReadableStream) {
    text += chunk
    if (text.includes('Ctrl-C')) break
  }
  const command = /^ {2}anyfeed (get .*)$/m.exec(text)?.[1]?.split(' ') as string[]
  const got = await anyfeed(...command, '--store', join(directory, 'b'), '-o', join(directory, 'copy'))
  expect(got.code).toBe(0)
  expect(got.stderr).toContain('Saved 97.7 KiB')
  expect(sameBytes(file, join(directory, 'copy'))).toBe(true)
})

it('names the file after the id unless told', async () => {
  const directory = await temporaryDirectory()
  const { id, peer } = await sharing(await noiseFile(directory, 10), join(directory, 'a'))
  const run = new Run(['get', id, '--peer', peer, '--store', join(directory, 'b')], { cwd: directory })
  expect((await run.ended).code).toBe(0)
  expect(existsSync(join(directory, `anyfeed-${id.slice(0, 12)}`))).toBe(true)
})

it('gives the same id when a file is shared again', async () => {
  const directory = await temporaryDirectory()
  const file = await noiseFile(directory, MIB)
  const store = join(directory, 'a')
  const first = await sharing(file, store)
  expect((await first.run.kill('SIGTERM')).code).toBe(0)
  const second = await sharing(file, store)
  expect(second.id).toBe(first.id)
  await second.run.kill('SIGINT')
  const listed = await anyfeed('ls', '--store', store, '--json')
  expect(eventOf(listed, 'done').feeds).toBe(1)
})

it('shares an empty file as one empty block', async () => {
  const directory = await temporaryDirectory()
  const { run, id, peer } = await sharing(await noiseFile(directory, 0), join(directory, 'a'))
  expect(await run.event('sharing')).toMatchObject({ blocks: 1, bytes: 0 })
  const copy = join(directory, 'copy')
  const got = await anyfeed('get', id, '--peer', peer, '--store', join(directory, 'b'), '-o', copy, '--json')
  expect(eventOf(got, 'done')).toMatchObject({ blocks: 1, bytes: 0 })
  expect(readFileSync(copy)).toHaveLength(0)
})

it('shares standard input under the id of the same bytes in a file', async () => {
  const directory = await temporaryDirectory()
  const bytes = noise(300_000)
  const run = new Run(['share', '-', '--store', join(directory, 'a'), ...LOOPBACK, '--json'])
  run.child.stdin?.end(bytes)
  const { id, blocks } = await run.event('sharing')
  expect(blocks).toBe(5)
  const file = await sharing(await noiseFile(directory, 300_000), join(directory, 'b'))
  expect(file.id).toBe(id)
})

it('serves two that fetch at once, and one fetches from two', async () => {
  const directory = await temporaryDirectory()
  const file = await noiseFile(directory, 8 * MIB)
  const one = await sharing(file, join(directory, 'a'))
  const two = await sharing(file, join(directory, 'b'))
  const copies = ['c', 'd', 'e'].map((name) => join(directory, `${name}.copy`))
  const got = await Promise.all(
    copies.map((copy, i) => {
      const peers = i === 2 ? ['--peer', one.peer, '--peer', two.peer] : ['--peer', one.peer]
      return anyfeed('get', one.id, ...peers, '--store', `${copy}.store`, '-o', copy, '--json')
    })
  )
  for (const each of got) expect(eventOf(each, 'done')).toMatchObject({ blocks: 128, fetched: 128 })
  for (const copy of copies) expect(sameBytes(file, copy)).toBe(true)
})

it('writes to standard output, and says nothing else there', async () => {
  const directory = await temporaryDirectory()
  const file = await noiseFile(directory, 200_000)
  const { id, peer } = await sharing(file, join(directory, 'a'))
  const get = ['get', id, '--peer', peer, '-o', '-', '--store']
  const plain = await anyfeed(...get, join(directory, 'b'))
  expect(plain.stdout.equals(readFileSync(file))).toBe(true)
  expect(plain.stderr).toContain('Wrote 195 KiB')
  const json = await anyfeed(...get, join(directory, 'c'), '--json')
  expect(json.stdout.equals(readFileSync(file))).toBe(true)
  expect(eventOf(json, 'done').file).toBe('-')
  const quiet = await anyfeed(...get, join(directory, 'd'), '--quiet')
  expect(quiet.stderr).toBe('')
})

it('replaces an existing file, through a link too, only when all of the new one is there', async () => {
  const directory = await temporaryDirectory()
  const file = await noiseFile(directory, 100_000)
  const { id, peer } = await sharing(file, join(directory, 'a'))
  const target = join(directory, 'target')
  const link = join(directory, 'link')
  await writeFile(target, 'what was there')
  await symlink(target, link)
  const store = join(directory, 'b')
  const failed = await anyfeed(
    'get',
    id,
    '--peer',
    '/ip4/127.0.0.1/tcp/1',
    '--timeout',
    '0.3',
    '--store',
    store,
    '-o',
    link
  )
  expect(failed.code).toBe(1)
  expect(readFileSync(target, 'utf8')).toBe('what was there')
  expect((await anyfeed('get', id, '--peer', peer, '--store', store, '-o', link)).code).toBe(0)
  expect(lstatSync(link).isSymbolicLink()).toBe(true)
  expect(sameBytes(target, file)).toBe(true)
  expect(readdirSync(directory).filter((name) => name.endsWith('.part'))).toEqual([])
})

it('needs no peer for a feed that is in the store', async () => {
  const directory = await temporaryDirectory()
  const file = await noiseFile(directory, 200_000)
  const store = join(directory, 'a')
  const { run, id } = await sharing(file, store)
  await run.kill('SIGINT')
  const got = await anyfeed('get', id, '--store', store, '-o', join(directory, 'copy'), '--json')
  expect(eventOf(got, 'done')).toMatchObject({ fetched: 0, resumed: 4 })
})

it('seeds every feed of the store', async () => {
  const directory = await temporaryDirectory()
  const store = join(directory, 'a')
  const ids: string[] = []
  for (const seed of [1, 2, 3]) {
    const { run, id } = await sharing(await noiseFile(directory, 70_000, seed), store)
    await run.kill('SIGINT')
    ids.push(id)
  }
  const run = new Run(['seed', '--store', store, ...LOOPBACK, '--json'])
  const { feeds, addresses } = await run.event('seeding')
  expect(feeds).toBe(3)
  for (const id of ids) {
    const got = await anyfeed(
      'get',
      id,
      '--peer',
      addresses[0] as string,
      '--store',
      `${store}.${id}`,
      '-o',
      join(directory, id)
    )
    expect(got.code).toBe(0)
  }
  expect((await run.kill('SIGTERM')).code).toBe(0)
})
