import { once } from 'node:events'
import { expect, it } from 'vitest'
import { collect, create, HELLO_WORLD, replicate, write } from './cores.ts'

function told(core: ReturnType<typeof create>): string[] {
  const events: string[] = []
  for (const event of ['interested', 'uninterested'] as const) {
    core.on(event, (id) => {
      expect(Buffer.isBuffer(id)).toBe(true)
      events.push(`${event} ${id.toString('hex').slice(0, 4)}`)
    })
  }
  return events
}

it('is one object while it is in use, and counts its uses', async () => {
  const core = create()
  const events = told(core)
  const feed = core.get(HELLO_WORLD)
  expect(core.get(Buffer.from(HELLO_WORLD, 'hex'))).toBe(feed)
  expect(events).toEqual(['interested e1a3'])
  await feed.close()
  expect(events).toEqual(['interested e1a3'])
  expect(core.get(HELLO_WORLD)).toBe(feed)
  await feed.close()
  await Promise.all([feed.close(), once(feed, 'close')])
  expect(events).toEqual(['interested e1a3', 'uninterested e1a3'])
})

it('is a fresh object after it was closed, at once', async () => {
  const core = create()
  const feed = core.get(await write(core, ['hello', 'world']))
  const closed = feed.close()
  const fresh = core.get(HELLO_WORLD)
  expect(fresh).not.toBe(feed)
  await closed
  expect(await fresh.get(0)).toEqual(Buffer.from('hello'))
  await expect(feed.get(0)).rejects.toMatchObject({ code: 'ERR_CLOSED' })
})

it('may be closed more often than it was got', async () => {
  const core = create()
  const events = told(core)
  const feed = core.get(HELLO_WORLD)
  await Promise.all([feed.close(), feed.close()])
  await feed.close()
  const fresh = core.get(HELLO_WORLD)
  await feed.close()
  expect(core.get(HELLO_WORLD)).toBe(fresh)
  expect(events).toEqual(['interested e1a3', 'uninterested e1a3', 'interested e1a3'])
})

it('is in use once it is finalized, and is what get returns', async () => {
  const core = create()
  const events = told(core)
  const feed = core.add()
  feed.append(['hello', 'world'])
  expect(events).toEqual([])
  let got: unknown
  core.once('interested', (id) => {
    got = core.get(id)
  })
  await feed.finalize()
  expect(got).toBe(feed)
  expect(events).toEqual(['interested e1a3'])
})

it('stays in use after a write stream has finished, until the last who got it closes it', async () => {
  const [core, remote] = [create(), create()]
  const events = told(core)
  const id = await write(core, ['hello', 'world'])
  expect(events).toEqual(['interested e1a3'])
  replicate(core, remote)
  const [first] = await collect<Buffer>(remote.createReadStream(id))
  expect(String(first)).toBe('hello')
  await core.get(id).close()
  expect(events).toEqual(['interested e1a3', 'uninterested e1a3'])
})

it('stays in use after a read stream has ended', async () => {
  const core = create()
  const id = await write(core, ['hello', 'world'])
  await core.get(id).close()
  const events = told(core)
  await collect(core.createReadStream(id))
  expect(events).toEqual(['interested e1a3'])
  const feed = core.get(id)
  await feed.close()
  expect(events).toEqual(['interested e1a3', 'uninterested e1a3'])
})

it('counts feeds that turn out to be the same together', async () => {
  const core = create()
  const events = told(core)
  const [one, other] = [core.add(), core.add()]
  for (const feed of [one, other]) feed.append(['hello', 'world'])
  await Promise.all([one.finalize(), other.finalize()])
  expect(one.id).toEqual(other.id)
  await one.close()
  expect(events).toEqual(['interested e1a3'])
  expect(core.get(HELLO_WORLD)).toBe(other)
  expect(await other.get(1)).toEqual(Buffer.from('world'))
  await other.close()
  await other.close()
  expect(events).toEqual(['interested e1a3', 'uninterested e1a3'])
})

it('closes while it is being finalized, when that is done', async () => {
  const core = create()
  const events = told(core)
  const feed = core.add()
  feed.append(['hello', 'world'])
  const finalized = feed.finalize()
  await feed.close()
  await finalized
  expect(feed.id!.toString('hex')).toBe(HELLO_WORLD)
  expect(events).toEqual([])
  expect(await core.get(HELLO_WORLD).get(0)).toEqual(Buffer.from('hello'))
})

it('tells of every feed when the core closes', async () => {
  const core = create()
  const events = told(core)
  await write(core, ['hello', 'world'])
  await core.close()
  expect(events).toEqual(['interested e1a3', 'uninterested e1a3'])
})
