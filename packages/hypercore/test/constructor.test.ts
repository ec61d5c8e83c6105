import { createRequire } from 'node:module'
import { memoryStorage } from '@anyfeed/storage-memory'
import { MemoryLevel } from 'memory-level'
import { expect, it } from 'vitest'
import type { HypercoreConstructor } from '../src/index.ts'
import byDefault, { Hypercore, hypercore } from '../src/index.ts'

const memdb = createRequire(import.meta.url)('memdb') as () => never

it('is called with or without new', () => {
  const one = hypercore(memoryStorage())
  const other = new hypercore(memoryStorage())
  expect(one).toBeInstanceOf(hypercore)
  expect(other).toBeInstanceOf(hypercore)
  expect(one.id).toHaveLength(32)
  expect(one.id).not.toEqual(other.id)
})

it('goes by three names', () => {
  expect(Hypercore).toBe(hypercore)
  expect(byDefault).toBe(hypercore)
})

it('can be extended', () => {
  class Mine extends (hypercore as HypercoreConstructor) {
    mine() {
      return this.list()
    }
  }
  const core = new Mine(memoryStorage())
  expect(core).toBeInstanceOf(Mine)
  expect(core.mine().readableObjectMode).toBe(true)
})

it('takes a database of abstract-level 3', async () => {
  const core = hypercore(new MemoryLevel())
  const feed = core.add()
  await feed.append('hello')
  await feed.finalize()
  expect(await core.get(feed.id!).get(0)).toEqual(Buffer.from('hello'))
  await core.close()
})

it('takes an id of the caller', () => {
  const id = Buffer.alloc(32, 7)
  expect(hypercore(memoryStorage(), { id }).id).toEqual(id)
})

it.each([
  ['nothing', undefined],
  ['a path', 'hypercore.db'],
  ['an empty object', {}],
  ['a levelup of 2016', memdb()]
])('refuses %s for a database', (_, db) => {
  expect(() => hypercore(db as never)).toThrow(TypeError)
})

it('takes no more calls once it was closed, and may be closed again', async () => {
  const core = hypercore(memoryStorage())
  await core.close()
  await core.close()
  for (const call of [
    () => core.add(),
    () => core.get(Buffer.alloc(32)),
    () => core.list(),
    () => core.createPeerStream(),
    () => core.createWriteStream(),
    () => core.createReadStream(Buffer.alloc(32))
  ]) {
    expect(call).toThrow(expect.objectContaining({ code: 'ERR_CLOSED' }))
  }
})

it('calls back when it has closed', async () => {
  const core = hypercore(memoryStorage())
  const feed = core.get(Buffer.alloc(32))
  let closed = 0
  feed.on('close', () => closed++)
  await new Promise<void>((resolve) => core.close(() => resolve()))
  expect(closed).toBe(1)
})
