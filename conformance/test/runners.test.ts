import { createRunner, type Runner, transportConformance } from '@anyfeed/conformance'
import { createMemoryHub, memoryTransport } from '@anyfeed/transport-memory'
import { describe, expect, it } from 'vitest'

const only = ['transport.flow.half-close', 'transport.listen.one-only']

function options() {
  const hub = createMemoryHub()
  const create = () => memoryTransport(hub)
  const { supports } = create()
  return { name: 'memory', create, supports, address: () => '/memory/0', foreignAddresses: ['/memory'], only }
}

/** What is common to all: they keep what they are told, and run it later. */
function keeping() {
  const bodies: Array<{ path: string; body: (...args: never[]) => unknown }> = []
  const skipped: string[] = []
  const path: string[] = []
  return {
    bodies,
    skipped,
    describe(name: string, body: () => void) {
      path.push(name)
      body()
      path.pop()
    },
    it: (name: string, body: (...args: never[]) => unknown) => {
      bodies.push({ path: [...path, name].join(' > '), body })
    }
  }
}

type Keeping = ReturnType<typeof keeping>

/** Mocha calls with a context and takes a body with a parameter for one that wants a callback; a skip has no body. */
function mocha(kept: Keeping): Runner {
  const it = (name: string, body: () => Promise<void>) => {
    if (body.length > 0) throw new Error('the body would be called with a callback')
    kept.it(name, function (this: unknown) {
      return body.call({ timeout() {} })
    })
    return { title: name }
  }
  it.skip = (name: string) => kept.skipped.push(name)
  return { describe: (name, body) => kept.describe(name, () => body.call({})), it }
}

/** Jest forbids a describe that returns something, and a test that both takes a callback and returns a promise. */
function jest(kept: Keeping): Runner {
  const it = (name: string, body: () => Promise<void>) => {
    if (body.length > 0) throw new Error('done and a promise')
    kept.it(name, body)
  }
  it.skip = (name: string) => {
    kept.skipped.push(name)
  }
  return {
    describe(name, body) {
      kept.describe(name, () => {
        if (body() !== undefined) throw new Error('describe returned a value')
      })
    },
    it
  }
}

/** Passes a context that nobody asked for, as node:test and vitest do. */
function withContext(kept: Keeping): Runner {
  const it = (name: string, body: () => Promise<void>) => {
    kept.it(name, () => (body as (context: object) => unknown)({ signal: undefined }))
    return Promise.resolve()
  }
  it.skip = (name: string) => Promise.resolve(kept.skipped.push(name))
  return { describe: (name, body) => Promise.resolve(kept.describe(name, body)), it }
}

describe.each([
  ['mocha', mocha],
  ['jest', jest],
  ['node:test and vitest', withContext]
])('the describe and it of %s', (_, shaped) => {
  it('get each case as a test, and what is skipped by name and reason', async () => {
    const kept = keeping()
    transportConformance(shaped(kept), options())
    expect(kept.bodies.map(({ path }) => path)).toEqual([
      expect.stringMatching(/^transport: memory > transport\.flow\.half-close: /)
    ])
    expect(kept.skipped).toEqual([expect.stringMatching(/^transport\.listen\.one-only \[skipped: .+\]$/)])
    for (const { body } of kept.bodies) await body()
  })

  it('are told of a failure by a rejection', async () => {
    const kept = keeping()
    const wrong = { ...options(), only: ['transport.supports.flags'] }
    transportConformance(shaped(kept), { ...wrong, supports: { ...wrong.supports, maxBuffered: 1 } })
    expect(kept.bodies.length).toBe(1)
    await expect(kept.bodies[0]?.body()).rejects.toThrow('supports')
  })
})

describe('a runner without skip', () => {
  it('shows what is skipped as a test of that name, which does nothing', async () => {
    const kept = keeping()
    transportConformance({ describe: kept.describe, it: kept.it as Runner['it'] }, options())
    expect(kept.bodies.map(({ path }) => path).join()).toContain('transport.listen.one-only [skipped: ')
    for (const { body } of kept.bodies) await body()
  })
})

describe('the own runner', () => {
  it('tells passed, failed and skipped', async () => {
    const runner = createRunner()
    transportConformance(runner, options())
    runner.describe('more', () => runner.it('wrong: fails', () => Promise.reject(new Error('as it should'))))
    const results = await runner.run()
    expect(results.map(({ name, status }) => [name, status]).sort()).toEqual([
      ['transport.flow.half-close', 'passed'],
      ['transport.listen.one-only', 'skipped'],
      ['wrong', 'failed']
    ])
    expect(results.find(({ name }) => name === 'wrong')?.error).toBe('Error: as it should')
  })
})

describe('options', () => {
  it('that nobody knows, or that lack, are refused', () => {
    const runner = createRunner()
    expect(() => transportConformance(runner, { ...options(), nonsense: 1 } as never)).toThrow(TypeError)
    expect(() => transportConformance(runner, { ...options(), address: undefined } as never)).toThrow(TypeError)
    expect(() => transportConformance(runner, { ...options(), only: ['no.such'] })).toThrow(TypeError)
    const supports = { ...options().supports, flies: true }
    expect(() => transportConformance(runner, { ...options(), supports })).toThrow(TypeError)
  })
})
