import { once } from 'node:events'
import { expect, it } from 'vitest'
import { collect, create, HELLO_WORLD, replicate, write } from './cores.ts'

const texts = (blocks: Buffer[]) => blocks.map(String)

it('gives one Buffer a block', async () => {
  const core = create()
  const rs = core.createReadStream(await write(core, ['hello', 'world']))
  expect(rs.readableObjectMode).toBe(true)
  expect(rs.id.toString('hex')).toBe(HELLO_WORLD)
  const blocks = await collect<Buffer>(rs)
  expect(blocks.every(Buffer.isBuffer)).toBe(true)
  expect(texts(blocks)).toEqual(['hello', 'world'])
})

it.each([
  [{}, 'abcde'],
  [{ start: 2 }, 'cde'],
  [{ limit: 2 }, 'ab'],
  [{ start: 1, limit: 3 }, 'bcd'],
  [{ start: 4, limit: 10 }, 'e'],
  [{ start: 5 }, ''],
  [{ start: 99 }, ''],
  [{ limit: 0 }, ''],
  [{ limit: -1 }, 'abcde'],
  [{ limit: Infinity }, 'abcde'],
  [{ start: null, limit: null }, 'abcde']
])('reads %j', async (options, expected) => {
  const core = create()
  const id = await write(core, [...'abcde'])
  expect(texts(await collect<Buffer>(core.createReadStream(id, options))).join('')).toBe(expected)
})

it.each([{ start: -1 }, { start: 0.5 }, { start: Infinity }, { start: '1' }, { limit: -2 }, { limit: Number.NaN }])(
  'throws a RangeError for %j',
  (options) => {
    expect(() => create().createReadStream(HELLO_WORLD, options as never)).toThrow(RangeError)
  }
)

it('waits for blocks that are still to come, and says when it knows how many', async () => {
  const [core, remote] = [create(), create()]
  const rs = remote.createReadStream(await write(core, ['hello', 'world']))
  expect(rs.blocks).toBe(0)
  const ready = once(rs, 'ready').then(() => rs.blocks)
  const blocks = collect<Buffer>(rs)
  replicate(core, remote)
  expect(await ready).toBe(2)
  expect(texts(await blocks)).toEqual(['hello', 'world'])
})

it('waits no longer once it is destroyed', async () => {
  const rs = create().createReadStream(HELLO_WORLD)
  rs.on('data', () => {})
  rs.destroy()
  await once(rs, 'close')
  expect(rs.readableEnded).toBe(false)
})

it('is over when the core closes, without an error that nobody listens for', async () => {
  const core = create()
  const rs = core.createReadStream(HELLO_WORLD)
  rs.resume()
  const closed = new Promise<void>((resolve) => rs.on('close', resolve))
  await core.close()
  await closed
})

it('reads blocks in their order while they come in any', async () => {
  const [core, remote] = [create(), create()]
  const blocks = Array.from({ length: 500 }, (_, i) => `${i}`)
  const rs = remote.createReadStream(await write(core, blocks))
  replicate(core, remote)
  expect(texts(await collect<Buffer>(rs))).toEqual(blocks)
})

it('reads ahead no further than a slow reader allows', async () => {
  const core = create()
  const rs = core.createReadStream(
    await write(
      core,
      Array.from({ length: 200 }, (_, i) => `${i}`)
    )
  )
  await once(rs, 'readable')
  expect(rs.readableLength).toBeLessThanOrEqual(17)
  rs.destroy()
})
