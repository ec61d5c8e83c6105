import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { measure } from '../processes/measure.ts'
import { message } from '../processes/message.ts'
import { hasNamespaces } from '../processes/namespace.ts'
import type { Figures } from '../rounds.ts'
import { works } from '../works/works.ts'

describe('with a little to do, both the limit and ours do', () => {
  let figures: Record<string, Figures | { error: string }>

  beforeAll(async () => {
    const child = fork(fileURLToPath(new URL('rehearsal.child.ts', import.meta.url)))
    figures = (await message(child)) as typeof figures
  })

  it.each(Object.keys(works))('%s', (name) => {
    expect(figures[name]).toEqual({ limit: [expect.any(Number)], ours: [expect.any(Number)], peers: {}, leftOut: {} })
    const { limit, ours } = figures[name] as Figures
    for (const value of [...limit, ...ours]) {
      expect(Number.isFinite(value)).toBe(true)
      // What a process holds may also fall, when it lets go of what other lines have used.
      if (name !== 'idle-feeds') expect(value).toBeGreaterThan(0)
    }
  })
})

describe('in processes of its own', () => {
  const isolated = hasNamespaces()
  const size = { count: 3, length: 10 }

  it('a measurement is done, here over a link', async () => {
    // A round trip over a link with 50 ms each way.
    const seconds = await measure({ work: 'first-block', who: 'limit', size, folder: '' }, { isolated })
    expect(seconds).toBeGreaterThanOrEqual(0.1)
  })

  it('memory is measured', async () => {
    const task = { work: 'idle-feeds', folder: '' }
    const limit = await measure({ ...task, who: 'limit', size: { count: 10_000, length: 0 } }, { isolated })
    expect(limit).toBeGreaterThan(64)
    const ours = await measure({ ...task, who: 'ours', size: { count: 200, length: 0 } }, { isolated })
    expect(ours).toBeGreaterThan(limit)
  })

  it('a program that fails is told of with its complaint', async () => {
    const task = { work: 'first-block', who: 'nobody', size, folder: '' }
    await expect(measure(task, { isolated })).rejects.toThrow('nobody called nobody does this work')
  })
})
