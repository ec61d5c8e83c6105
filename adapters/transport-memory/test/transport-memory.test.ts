import { createMemoryHub, type MemoryHub, memoryTransport } from '@anyfeed/transport-memory'
import fc from 'fast-check'
import { expect, it } from 'vitest'

async function pair(hub: MemoryHub, bounds: readonly [number, number] = [1024, 1024]) {
  const [dialler, listening] = bounds.map((maxBuffered) => memoryTransport(hub, { maxBuffered }))
  if (dialler === undefined || listening === undefined) throw new Error('two bounds make two transports')
  const accepted = new Promise<Awaited<ReturnType<typeof dialler.dial>>>((onConnection) => {
    listening.listen('/memory/here', { onConnection })
  })
  await Promise.resolve()
  const near = await dialler.dial('/memory/here')
  return [near, await accepted] as const
}

it('handles any string without throwing, and names without a slash alone', () => {
  const transport = memoryTransport(createMemoryHub())
  fc.assert(fc.property(fc.string(), (text) => typeof transport.handles(text) === 'boolean'))
  fc.assert(fc.property(fc.string({ minLength: 1 }), (n) => transport.handles(`/memory/${n}`) === /^[^/]+$/.test(n)))
})

it('brings the very arrays that were sent', async () => {
  const [near, far] = await pair(createMemoryHub())
  const chunks = [Uint8Array.of(1), Uint8Array.of(2, 3)]
  const sunk = near.sink(chunks)
  const seen: Uint8Array[] = []
  for await (const chunk of far.source) seen.push(chunk)
  await sunk
  expect(seen).toHaveLength(2)
  seen.forEach((chunk, index) => {
    expect(chunk).toBe(chunks[index])
  })
})

it('holds the lower bound of both ends', async () => {
  for (const bounds of [
    [1000, 5000],
    [5000, 1000]
  ] as const) {
    const [near, far] = await pair(createMemoryHub(), bounds)
    let taken = 0
    function* endless() {
      for (;;) {
        taken += 100
        yield new Uint8Array(100)
      }
    }
    near.sink(endless()).catch(() => {})
    expect(taken).toBe(1000)
    await far.source[Symbol.asyncIterator]().next()
    await Promise.resolve()
    expect(taken).toBe(1100)
  }
})

it('counts a tiny chunk as more than its bytes', async () => {
  const [near] = await pair(createMemoryHub(), [6400, 6400])
  let taken = 0
  function* endless() {
    for (;;) {
      taken++
      yield Uint8Array.of(0)
    }
  }
  near.sink(endless()).catch(() => {})
  expect(taken).toBe(100)
})

it('keeps hubs apart, and gives fresh names that are free', async () => {
  const hub = createMemoryHub()
  const transport = memoryTransport(hub)
  const onConnection = () => {}
  await transport.listen('/memory/1', { onConnection })
  const { addresses } = await transport.listen('/memory/0', { onConnection })
  expect(addresses).toEqual(['/memory/2'])
  const elsewhere = memoryTransport(createMemoryHub()).dial('/memory/1')
  await expect(elsewhere).rejects.toMatchObject({ code: 'ERR_CONNECTION_REFUSED' })
})

it('refuses bounds that are none', () => {
  for (const maxBuffered of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => memoryTransport(createMemoryHub(), { maxBuffered })).toThrow(RangeError)
  }
})
