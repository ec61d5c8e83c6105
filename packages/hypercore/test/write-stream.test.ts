import { once } from 'node:events'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { MAX_BLOCK_BYTES } from '@anyfeed/core'
import { memoryStorage } from '@anyfeed/storage-memory'
import { expect, it } from 'vitest'
import { hypercore } from '../src/index.ts'
import { collect, create, HELLO_WORLD } from './cores.ts'

it('makes one block of each write', async () => {
  const core = create()
  const ws = core.createWriteStream()
  expect([ws.id, ws.blocks]).toEqual([null, 0])
  ws.write('hello')
  ws.write(Buffer.from('world'))
  const seen = new Promise((resolve) => ws.on('finish', () => resolve([ws.id, ws.blocks])))
  ws.end()
  expect(await seen).toEqual([Buffer.from(HELLO_WORLD, 'hex'), 2])
})

it('calls the function given to end when all is stored', async () => {
  const core = create()
  const ws = core.createWriteStream()
  ws.write('hello')
  await new Promise<void>((resolve) => ws.end('world', () => resolve()))
  expect(ws.id!.toString('hex')).toBe(HELLO_WORLD)
})

it('has null for an id and no blocks when nothing was written', async () => {
  const ws = create().createWriteStream()
  await new Promise<void>((resolve) => ws.end(() => resolve()))
  expect([ws.id, ws.blocks]).toEqual([null, 0])
})

it('keeps empty blocks', async () => {
  const core = create()
  const ws = core.createWriteStream()
  for (const block of ['', 'a', Buffer.alloc(0)]) ws.write(block)
  ws.end()
  await once(ws, 'finish')
  expect(ws.blocks).toBe(3)
  expect((await collect(core.createReadStream(ws.id!))).map(String)).toEqual(['', 'a', ''])
})

it('decodes strings in other encodings', async () => {
  const ws = create().createWriteStream()
  ws.write('68656c6c6f', 'hex')
  ws.write('d29ybGQ=', 'base64')
  ws.end()
  await once(ws, 'finish')
  expect(ws.id!.toString('hex')).toBe(HELLO_WORLD)
})

it('asks for a pause when much waits to be stored, and is piped into', async () => {
  const core = create()
  const block = Buffer.alloc(64 * 1024, 1)
  const ws = core.createWriteStream()
  let writes = 0
  while (ws.write(block)) writes++
  expect(writes).toBeLessThan(64)
  await once(ws, 'drain')
  await pipeline(Readable.from([block, block, block]), ws)
  expect(ws.blocks).toBe(writes + 4)
})

it('is destroyed by a block over the limit', async () => {
  const core = create()
  const ws = core.createWriteStream()
  ws.write('hello')
  ws.write(Buffer.alloc(MAX_BLOCK_BYTES + 1))
  const [error] = await once(ws, 'error')
  expect(error).toMatchObject({ code: 'ERR_BLOCK_TOO_LARGE' })
  expect(ws.destroyed).toBe(true)
})

it('is destroyed by a store that fails', async () => {
  const storage = memoryStorage()
  const createFeed = storage.createFeed.bind(storage)
  storage.createFeed = (key) => {
    const feed = createFeed(key)
    feed.commit = () => Promise.reject(new Error('disk full'))
    return feed
  }
  const ws = hypercore(storage).createWriteStream()
  ws.end('hello')
  await expect(once(ws, 'finish')).rejects.toThrow('disk full')
  expect(ws.id).toBeNull()
})

it('leaves nothing behind when it is destroyed before its end', async () => {
  const storage = memoryStorage()
  const core = hypercore(storage)
  const ws = core.createWriteStream()
  await new Promise((resolve) => ws.write('hello', resolve))
  expect(await collect(storage.feeds())).toHaveLength(1)
  ws.destroy()
  await once(ws, 'close')
  expect(await collect(storage.feeds())).toHaveLength(0)
  expect(ws.id).toBeNull()
})

it('throws for a write that is no block', () => {
  expect(() => create().createWriteStream().write(5)).toThrow(TypeError)
})
