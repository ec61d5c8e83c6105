import { execFileSync } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, it, onTestFinished, type TestContext } from 'vitest'
import {
  anyfeed,
  type Ended,
  eventOf,
  LOOPBACK,
  noiseFile,
  Run,
  sameBytes,
  sharing,
  temporaryDirectory
} from './anyfeed.ts'
import { slowLink } from './slow-link.ts'

const MIB = 1024 * 1024
const NOBODYS_ID = 'ab'.repeat(32)
const REFUSED = '/ip4/127.0.0.1/tcp/1'

/** One line for a person, and no stack trace. */
function expectOneLine({ stderr }: Ended, code: RegExp): void {
  const complaints = stderr.split('\n').filter((line) => line.startsWith('anyfeed: '))
  expect(complaints).toHaveLength(1)
  expect(complaints[0]).toMatch(code)
  expect(stderr).not.toMatch(/^\s+at /m)
}

/** A file system of 48 MiB, or a skipped test that says why. */
async function smallDisk(context: TestContext): Promise<string> {
  const directory = join(await temporaryDirectory(), 'disk')
  mkdirSync(directory)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${48 * MIB}`, 'tmpfs', directory], { stdio: 'pipe' })
  } catch (error) {
    const reason = `no small disk to fill: ${(error as Error).message.trim()}`
    console.log(`skipped: ${context.task.name} (${reason})`)
    return context.skip(reason)
  }
  onTestFinished(() => {
    execFileSync('umount', ['-l', directory])
  })
  return directory
}

function needsDevFull(context: TestContext): void {
  if (existsSync('/dev/full')) return
  console.log(`skipped: ${context.task.name} (there is no /dev/full)`)
  context.skip('there is no /dev/full')
}

it.each([
  [['get', 'xyz'], /is not hexadecimal/],
  [['get', 'abcd'], /has 4 hexadecimal digits/],
  [['get'], /missing required argument/],
  [['get', NOBODYS_ID, '--peer', 'localhost:4000'], /\/ip4\/192\.0\.2\.7\/tcp\/4000/],
  [['get', NOBODYS_ID, '--timeout', 'soon'], /number of seconds/],
  [['cat', NOBODYS_ID, '--start', '-1'], /whole number/],
  [['cat', NOBODYS_ID, '--limit', '1.5'], /whole number/],
  [['fetch', NOBODYS_ID], /unknown command/],
  [['ls', '--jsn'], /--json/],
  [['rm'], /missing required argument/]
] as const)('says how to call it: %j', async (args, message) => {
  const ended = await anyfeed(...args)
  expect(ended.code).toBe(2)
  expectOneLine(ended, message)
  const json = await anyfeed(...args, '--json')
  expect(json.code).toBe(2)
  expect(eventOf(json, 'error').code).toBe('ERR_USAGE')
})

it('prints help and its version', async () => {
  expect(await anyfeed('--version')).toMatchObject({ code: 0, stderr: '' })
  const help = await anyfeed('--help')
  expect(help.code).toBe(0)
  expect(help.stdout.toString()).toContain('Exit codes:')
  for (const command of ['share', 'get', 'cat', 'seed', 'ls', 'info', 'verify', 'rm']) {
    expect((await anyfeed(command, '--help')).stdout.toString()).toContain(`Usage: anyfeed ${command}`)
  }
  expect((await anyfeed()).code).toBe(2)
})

it('says that there is no such file, before a store is made', async () => {
  const directory = await temporaryDirectory()
  const ended = await anyfeed('share', join(directory, 'none'), '--store', join(directory, 'a'))
  expect(ended.code).toBe(1)
  expectOneLine(ended, /cannot share .*none: no such file or directory/)
  expect(readdirSync(directory)).toEqual([])
})

it('says that a directory cannot be shared, nor written over', async () => {
  const directory = await temporaryDirectory()
  expectOneLine(await anyfeed('share', directory, '--store', join(directory, 'a')), /it is a directory/)
  const { id, peer } = await sharing(await noiseFile(directory, 10), join(directory, 'b'))
  const get = ['get', id, '--peer', peer, '--store', join(directory, 'c'), '-o']
  expectOneLine(await anyfeed(...get, directory), /it is a directory/)
  expectOneLine(await anyfeed(...get, join(directory, 'none', 'file')), /no such file or directory/)
})

it('says that the store cannot be made', async () => {
  const directory = await temporaryDirectory()
  const file = await noiseFile(directory, 10)
  const ended = await anyfeed('share', file, '--store', join(file, 'store'))
  expect(ended.code).toBe(1)
  expectOneLine(ended, /cannot create the store/)
})

it('says that the port is taken', async () => {
  const directory = await temporaryDirectory()
  const file = await noiseFile(directory, 10)
  const { peer } = await sharing(file, join(directory, 'a'))
  const ended = await anyfeed('share', file, '--store', join(directory, 'b'), '--listen', peer)
  expect(ended.code).toBe(1)
  expectOneLine(ended, /choose another with --listen/)
})

it('says that nobody listens at the address', async () => {
  const directory = await temporaryDirectory()
  const get = ['get', NOBODYS_ID, '--peer', REFUSED, '--timeout', '0.5', '-o', join(directory, 'copy')]
  const ended = await anyfeed(...get, '--store', join(directory, 'a'))
  expect(ended.code).toBe(1)
  expectOneLine(ended, /cannot reach \/ip4\/127\.0\.0\.1\/tcp\/1: connection refused/)
  const json = await anyfeed(...get, '--store', join(directory, 'a'), '--json')
  expect(eventOf(json, 'error').code).toBe('ERR_CONNECTION_REFUSED')
  expect(existsSync(join(directory, 'copy'))).toBe(false)
})

it('says that no peer has the feed', async () => {
  const directory = await temporaryDirectory()
  const { peer } = await sharing(await noiseFile(directory, 10), join(directory, 'a'))
  const get = ['get', NOBODYS_ID, '--peer', peer, '--timeout', '0.5', '--store', join(directory, 'b')]
  const ended = await anyfeed(...get, '-o', join(directory, 'copy'))
  expect(ended.code).toBe(1)
  expectOneLine(ended, /no peer has this feed/)
  expect(readdirSync(directory)).not.toContain('copy')
})

it('says that the peers went silent', async () => {
  const directory = await temporaryDirectory()
  const { id, peer } = await sharing(await noiseFile(directory, 8 * MIB), join(directory, 'a'))
  const link = await slowLink(peer, 2 * MIB)
  const get = ['get', id, '--peer', link, '--timeout', '0.5', '--store', join(directory, 'b')]
  const ended = await anyfeed(...get, '-o', join(directory, 'copy'))
  expect(ended.code).toBe(1)
  expectOneLine(ended, /sent nothing for 0.5 s/)
})

it('says that what answers is something else', async () => {
  const directory = await temporaryDirectory()
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
  })
  const peer = `/ip4/127.0.0.1/tcp/${(server.address() as { port: number }).port}`
  const get = ['get', NOBODYS_ID, '--peer', peer, '--timeout', '0.5', '--store', join(directory, 'a')]
  const ended = await anyfeed(...get, '-o', join(directory, 'copy'))
  expect(ended.code).toBe(1)
  expectOneLine(ended, /no anyfeed/)
})

it('says that a feed is not in the store', async () => {
  const directory = await temporaryDirectory()
  const store = join(directory, 'a')
  const { run } = await sharing(await noiseFile(directory, 10), store)
  await run.kill('SIGINT')
  for (const command of ['info', 'verify', 'rm']) {
    const ended = await anyfeed(command, NOBODYS_ID, '--store', store)
    expect(ended.code).toBe(1)
    expectOneLine(ended, /has no feed abab.*: `anyfeed ls`/)
    expectOneLine(await anyfeed(command, NOBODYS_ID, '--store', join(directory, 'none')), /there is no store in/)
  }
  expectOneLine(await anyfeed('cat', NOBODYS_ID, '--store', store), /--peer ADDRESS/)
})

it('says that there is nothing to seed', async () => {
  const directory = await temporaryDirectory()
  expectOneLine(await anyfeed('seed', '--store', join(directory, 'a'), ...LOOPBACK), /anyfeed share FILE/)
})

it('says that a device is full', async (context) => {
  needsDevFull(context)
  const directory = await temporaryDirectory()
  const { id, peer } = await sharing(await noiseFile(directory, MIB), join(directory, 'a'))
  const get = ['get', id, '--peer', peer, '--store', join(directory, 'b')]
  expectOneLine(await anyfeed(...get, '-o', '/dev/full'), /no space left to write \/dev\/full/)
  const stdout = openSync('/dev/full', 'w')
  const run = new Run([...get, '-o', '-'], { stdout })
  closeSync(stdout)
  const ended = await run.ended
  expect(ended.code).toBe(1)
  expectOneLine(ended, /no space left to write standard output/)
})

it('says that the disk of the output is full, and has all to try again', async (context) => {
  const disk = await smallDisk(context)
  const directory = await temporaryDirectory()
  const file = await noiseFile(directory, 60 * MIB)
  const { id, peer } = await sharing(file, join(directory, 'a'))
  const get = ['get', id, '--peer', peer, '--store', join(directory, 'b'), '-o']
  const ended = await anyfeed(...get, join(disk, 'copy'))
  expect(ended.code).toBe(1)
  expectOneLine(ended, /no space left to write .*copy/)
  expect(readdirSync(disk)).toEqual([])
  const again = await anyfeed(...get, join(directory, 'copy'), '--json')
  expect(eventOf(again, 'done').resumed).toBeGreaterThan(0)
  expect(sameBytes(file, join(directory, 'copy'))).toBe(true)
})

it('says that the disk of the store is full when sharing, and leaves the store sound', async (context) => {
  const disk = await smallDisk(context)
  const directory = await temporaryDirectory()
  const store = join(disk, 'store')
  const small = await noiseFile(directory, MIB, 2)
  const first = await sharing(small, store)
  await first.run.kill('SIGINT')
  const ended = await anyfeed('share', await noiseFile(directory, 100 * MIB), '--store', store, ...LOOPBACK)
  expect(ended.code).toBe(1)
  expectOneLine(ended, /no space left for the store/)
  execFileSync('mount', ['-o', `remount,size=${400 * MIB}`, disk])
  const verified = await anyfeed('verify', '--store', store, '--json')
  expect(eventOf(verified, 'done')).toMatchObject({ feeds: 1, blocks: 16, damaged: 0 })
  const again = await sharing(small, store)
  expect(again.id).toBe(first.id)
  await again.run.kill('SIGINT')
  expect(readdirSync(join(store, 'adding'))).toEqual([])
})

it('says that the disk of the store is full when fetching, and goes on when there is space', async (context) => {
  const disk = await smallDisk(context)
  const directory = await temporaryDirectory()
  const file = await noiseFile(directory, 24 * MIB)
  const { id, peer } = await sharing(file, join(directory, 'a'))
  const filler = join(disk, 'filler')
  writeFileSync(filler, Buffer.alloc(36 * MIB))
  const copy = join(directory, 'copy')
  const get = ['get', id, '--peer', peer, '--store', join(disk, 'store'), '-o', copy]
  const ended = await anyfeed(...get)
  expect(ended.code).toBe(1)
  expectOneLine(ended, /no space left for the store/)
  expect(existsSync(copy)).toBe(false)
  rmSync(filler)
  execFileSync('mount', ['-o', `remount,size=${200 * MIB}`, disk])
  const again = await anyfeed(...get, '--json')
  expect(eventOf(again, 'done').resumed).toBeGreaterThan(0)
  expect(sameBytes(file, copy)).toBe(true)
})
