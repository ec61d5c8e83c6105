import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { Event } from '../src/output/events.ts'
import { anyfeed, noiseFile, sharing, temporaryDirectory } from './anyfeed.ts'

type Check = (value: unknown) => boolean

const text: Check = (value) => typeof value === 'string'
const count: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0
const id: Check = (value) => /^[0-9a-f]{64}$/.test(String(value))
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value)
const oneOf =
  (...values: string[]): Check =>
  (value) =>
    values.includes(String(value))
const texts: Check = (value) => Array.isArray(value) && value.every(text)

/** What each event has, and nothing else. */
const SHAPES: Record<Event['event'], Record<string, Check>> = {
  sharing: { id, blocks: count, bytes: count, addresses: texts, command: text },
  seeding: { feeds: count, addresses: texts },
  listening: { addresses: texts },
  page: { url: text, addresses: texts },
  looking: { id, found: (value) => Object.values(value as object).every(count), peers: count },
  peer: {
    state: oneOf('dialing', 'connected', 'left', 'failed'),
    address: text,
    transport: text,
    foundBy: texts,
    peers: count,
    reason: optional(text),
    code: optional(text),
    retryMs: optional(count),
    sentBlocks: optional(count),
    sentBytes: optional(count)
  },
  progress: {
    action: oneOf('add', 'serve', 'fetch', 'verify'),
    id: optional(id),
    blocks: count,
    totalBlocks: optional(count),
    bytes: count,
    totalBytes: optional(count),
    fetched: optional(count),
    resumed: optional(count),
    peers: optional(count)
  },
  feed: { id, blocks: count, held: count, bytes: count, complete: (value) => typeof value === 'boolean' },
  damaged: { id, block: count },
  removed: { id },
  warning: { code: text, message: text },
  done: {
    id: optional(id),
    feeds: optional(count),
    blocks: optional(count),
    bytes: optional(count),
    damaged: optional(count),
    fetched: optional(count),
    resumed: optional(count),
    seconds: optional((value) => typeof value === 'number' && value > 0),
    file: optional(text)
  },
  error: { code: text, message: text }
}

function expectShapes(events: Event[]): void {
  for (const event of events) {
    const shape = SHAPES[event.event]
    const { event: _, ...members } = event
    expect(Object.keys(shape), JSON.stringify(event)).toEqual(expect.arrayContaining(Object.keys(members)))
    for (const [name, check] of Object.entries(shape)) {
      expect(check((members as Record<string, unknown>)[name]), `${name} of ${JSON.stringify(event)}`).toBe(true)
    }
  }
  expect(['done', 'error']).toContain(events.at(-1)?.event)
}

it('prints what the types say, with every command', async () => {
  const directory = await temporaryDirectory()
  const shared = await sharing(await noiseFile(directory, 3_000_000), join(directory, 'a'))
  const store = ['--store', join(directory, 'b'), '--json']
  const copy = join(directory, 'copy')
  const runs = [
    ['get', shared.id, '--peer', shared.peer, '-o', copy],
    ['cat', shared.id, '--limit', '1'],
    ['ls'],
    ['info', shared.id],
    ['verify'],
    ['rm', shared.id],
    ['rm', shared.id]
  ]
  for (const args of runs) expectShapes((await anyfeed(...args, ...store)).events)
  expectShapes((await shared.run.kill('SIGINT')).events)
})

it('counts progress up to the whole', async () => {
  const directory = await temporaryDirectory()
  const shared = await sharing(await noiseFile(directory, 3_000_000), join(directory, 'a'))
  const store = join(directory, 'b')
  const get = ['get', shared.id, '--peer', shared.peer, '--store', store, '-o', join(directory, 'copy'), '--json']
  const { events } = await anyfeed(...get)
  const progress = events.filter((event) => event.event === 'progress')
  const blocks = progress.map((event) => event.blocks)
  expect(blocks).toEqual([...blocks].sort((a, b) => a - b))
  expect(progress.at(-1)).toMatchObject({ action: 'fetch', blocks: 46, totalBlocks: 46, bytes: 3_000_000 })
})

it('leaves out what is no result when quiet', async () => {
  const directory = await temporaryDirectory()
  const shared = await sharing(await noiseFile(directory, 3_000_000), join(directory, 'a'))
  const get = ['get', shared.id, '--peer', shared.peer, '--store', join(directory, 'b'), '-o', join(directory, 'copy')]
  expect((await anyfeed(...get, '--json', '--quiet')).events.map(({ event }) => event)).toEqual(['done'])
})
