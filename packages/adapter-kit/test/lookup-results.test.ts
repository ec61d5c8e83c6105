import { describe, expect, it } from 'vitest'
import { LookupResults } from '../src/index.ts'

function open(limit = 10) {
  const over: string[] = []
  return { results: new LookupResults({ source: 'test', limit, onOver: () => over.push('over') }), over }
}

async function read(results: LookupResults): Promise<string[]> {
  const addresses: string[] = []
  for (let step = await results.next(); !step.done; step = await results.next()) addresses.push(step.value.address)
  return addresses
}

describe('the results of a lookup', () => {
  it('come once each, in order, with the name of who found them', async () => {
    const { results, over } = open()
    const first = results.next()
    expect(['/a', '/b', '/a', '/c', '/b'].map((address) => results.add(address))).toEqual([
      true,
      true,
      false,
      true,
      false
    ])
    expect(await first).toEqual({ done: false, value: { address: '/a', source: 'test' } })
    results.end()
    results.end()
    expect(await read(results)).toEqual(['/b', '/c'])
    expect(over).toEqual(['over'])
  })

  it('are as many as the limit says, read or not', async () => {
    const { results } = open(2)
    results.add('/a')
    await results.next()
    expect([results.add('/b'), results.add('/c'), results.size]).toEqual([true, false, 2])
    results.end()
    expect(await read(results)).toEqual(['/b'])
  })

  it('can be taken back until they are read, and found anew then', async () => {
    const { results } = open(1)
    results.add('/a')
    results.drop('/a')
    expect(results.add('/b')).toBe(true)
    await results.next()
    results.drop('/b')
    expect(results.add('/b')).toBe(false)
  })

  it('end with an error, once, after what was found', async () => {
    const { results } = open()
    results.add('/a')
    const error = new Error('no network')
    results.fail(error)
    expect((await results.next()).value).toMatchObject({ address: '/a' })
    await expect(results.next()).rejects.toBe(error)
    expect((await results.next()).done).toBe(true)
  })

  it('fail one of those who wait, and end for the others', async () => {
    const { results } = open()
    const waiting = [results.next(), results.next()]
    results.fail(new Error('no network'))
    const settled = await Promise.allSettled(waiting)
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'fulfilled'])
  })

  it.each(['return', 'stop'] as const)('are gone after %s, and so is an error', async (how) => {
    const { results, over } = open()
    results.add('/a')
    if (how === 'stop') results.fail(new Error('no network'))
    await results[how]()
    expect(await read(results)).toEqual([])
    expect(results.add('/b')).toBe(false)
    expect(over).toEqual(['over'])
  })
})
