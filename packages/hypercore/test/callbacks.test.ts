import { expect, it } from 'vitest'
import { create, HELLO_WORLD, uncaught, write } from './cores.ts'

it('calls back once, and not before the call has returned', async () => {
  const feed = create().add()
  const calls: string[] = []
  const done = (name: string) => (error: Error | null) => {
    calls.push(error === null ? name : String(error))
  }
  feed.open(done('open'))
  feed.append('hello', done('append'))
  feed.flush(done('flush'))
  feed.finalize(done('finalize'))
  expect(calls).toEqual([])
  await new Promise<void>((resolve) => feed.ready(() => resolve()))
  await new Promise<void>((resolve) => feed.close(() => resolve()))
  expect(calls).toEqual(['open', 'append', 'flush', 'finalize'])
})

it('returns a promise where there is no callback, and only there', async () => {
  const feed = create().add()
  expect(await feed.open()).toBeUndefined()
  expect(await feed.append('hello')).toBeUndefined()
  expect(await feed.flush()).toBeUndefined()
  expect(await feed.finalize()).toBeUndefined()
  expect(await feed.ready()).toBeUndefined()
  expect(await feed.get(0)).toEqual(Buffer.from('hello'))
  expect(feed.get(0, () => {})).toBeUndefined()
  expect(feed.flush(() => {})).toBeUndefined()
  expect(await feed.close()).toBeUndefined()
})

it('does not swallow what a callback throws', async () => {
  const core = create()
  const feed = core.get(await write(core, ['hello']))
  const thrown = uncaught()
  let calls = 0
  feed.get(0, () => {
    calls++
    throw new Error('mine')
  })
  expect(await thrown).toMatchObject({ message: 'mine' })
  expect(calls).toBe(1)
})

it('does not swallow what a listener throws, and goes on', async () => {
  const core = create()
  const feed = core.add()
  feed.append('hello')
  const thrown = uncaught()
  feed.on('finalize', () => {
    throw new Error('mine')
  })
  await feed.finalize()
  expect(await thrown).toMatchObject({ message: 'mine' })
  expect(await feed.get(0)).toEqual(Buffer.from('hello'))
})

it('leaves no unhandled rejection behind a call that nobody looks at', async () => {
  const rejections: unknown[] = []
  const listener = (error: unknown) => rejections.push(error)
  process.on('unhandledRejection', listener)
  const feed = create().get(HELLO_WORLD)
  feed.get(0)
  feed.ready()
  feed.get(-1)
  await feed.close()
  feed.get(0)
  feed.open()
  // A rejection is reported when the microtasks are done.
  await new Promise((resolve) => setImmediate(resolve))
  process.off('unhandledRejection', listener)
  expect(rejections).toEqual([])
})
