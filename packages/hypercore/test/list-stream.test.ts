import { expect, it } from 'vitest'
import { collect, create, HELLO_WORLD, replicate, write } from './cores.ts'

it('is empty for an empty core', async () => {
  expect(await collect(create().list())).toEqual([])
})

it('gives the ids of stored feeds as strings, finalized or fetched in part', async () => {
  const [core, remote] = [create(), create()]
  const ids = [await write(core, ['hello', 'world']), await write(core, ['other'])]
  const unfinished = core.add()
  await unfinished.append('not yet')
  const list = core.list()
  expect(list.readableObjectMode).toBe(true)
  expect((await collect<string>(list)).sort()).toEqual(ids.map((id) => id.toString('hex')).sort())

  const feed = remote.get(HELLO_WORLD)
  expect(await collect(remote.list())).toEqual([])
  replicate(core, remote)
  await feed.get(1)
  expect(await collect(remote.list())).toEqual([HELLO_WORLD])
})

it('can be stopped', async () => {
  const core = create()
  await write(core, ['hello'])
  const list = core.list()
  for await (const _ of list) break
  expect(list.destroyed).toBe(true)
})
