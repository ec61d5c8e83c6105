import { describe, expect, it } from 'vitest'
import { ReceiveBuffer, type ReceiveHooks } from '../src/index.ts'

const bytes = (...values: number[]) => Uint8Array.from(values)

function open(hooks: Partial<ReceiveHooks> = {}) {
  const left: Error[] = []
  const received = new ReceiveBuffer({ onLeave: (reason) => left.push(reason), ...hooks })
  return { received, left, reader: received[Symbol.asyncIterator]() }
}

describe('a receive buffer', () => {
  it('gives chunks in order, to readers that wait and to readers that come, and then the end', async () => {
    const { received, reader } = open()
    const waiting = [reader.next(), reader.next()]
    for (const value of [1, 2, 3, 4]) received.push(bytes(value))
    received.end()
    const steps = await Promise.all([...waiting, reader.next(), reader.next(), reader.next(), reader.next()])
    expect(steps.map(({ value }) => value?.[0])).toEqual([1, 2, 3, 4, undefined, undefined])
    expect(steps.map(({ done }) => done)).toEqual([false, false, false, false, true, true])
  })

  it('keeps its order over many chunks, pushed and read by turns', async () => {
    const { received, reader } = open()
    let [pushed, read] = [0, 0]
    for (let round = 0; round < 100; round++) {
      for (let i = 0; i < round; i++) received.push(new Uint8Array(new Uint32Array([pushed++]).buffer))
      for (let i = 0; i < round - 1; i++) {
        const { value } = await reader.next()
        expect(new Uint32Array((value as Uint8Array).slice().buffer)[0]).toBe(read++)
      }
    }
    expect(received.held).toBe((pushed - read) * 64)
  })

  it('counts a chunk as 64 bytes at least, and what was read no more', async () => {
    const { received, reader } = open()
    received.push(bytes(1))
    received.push(new Uint8Array(1000))
    received.push(new Uint8Array(0))
    expect(received.held).toBe(1064)
    await reader.next()
    expect(received.held).toBe(1000)
  })

  it('tells of each chunk that leaves, once, when it no longer counts', async () => {
    const told: Array<readonly [length: number, held: number]> = []
    const { received, reader } = open({ onRead: (chunk) => told.push([chunk.length, received.held]) })
    received.push(new Uint8Array(100))
    received.push(new Uint8Array(200))
    expect(told).toEqual([])
    await reader.next()
    await reader.next()
    const next = reader.next()
    received.push(new Uint8Array(300))
    await next
    expect(told).toEqual([
      [100, 200],
      [200, 0],
      [300, 0]
    ])
  })

  it('asks for more when the reader asks and nothing is held, and gives it at once', async () => {
    let asked = 0
    const { received, reader } = open({
      onEmpty: () => {
        asked++
        received.push(bytes(7))
        received.push(bytes(8))
      }
    })
    expect((await reader.next()).value).toEqual(bytes(7))
    expect((await reader.next()).value).toEqual(bytes(8))
    expect(asked).toBe(1)
  })

  it('gives what came before a failure, and then the first failure', async () => {
    const { received, reader } = open()
    received.push(bytes(1))
    const broke = new Error('broke')
    received.fail(broke)
    received.fail(new Error('ignored'))
    received.push(bytes(2))
    received.end()
    expect((await reader.next()).value).toEqual(bytes(1))
    await expect(reader.next()).rejects.toBe(broke)
    expect(received.ended).toBe(false)
  })

  it('drops what is held, and the end behind it', async () => {
    const { received, reader } = open()
    received.push(bytes(1))
    received.end()
    const reason = new Error('enough')
    received.drop(reason)
    expect(received.held).toBe(0)
    await expect(reader.next()).rejects.toBe(reason)
  })

  it('stays ended when everything was read before it is dropped', async () => {
    const { received, reader } = open()
    received.push(bytes(1))
    received.end()
    await reader.next()
    received.drop(new Error('too late'))
    expect(await reader.next()).toEqual({ done: true, value: undefined })
  })

  it('tells that its reader left, who then gets the end', async () => {
    const { received, reader, left } = open()
    received.push(bytes(1))
    await reader.return?.()
    expect(left).toMatchObject([{ code: 'ERR_CONNECTION_ABORTED' }])
    expect((await reader.next()).done).toBe(true)
  })

  it('is iterated once', () => {
    const { received } = open()
    expect(() => received[Symbol.asyncIterator]()).toThrow(TypeError)
  })

  it('gives plain arrays: the very one that came, and a view of a Buffer', async () => {
    const { received, reader } = open()
    const own = bytes(1)
    const buffer = Buffer.from([2])
    received.push(own)
    received.push(buffer)
    expect((await reader.next()).value).toBe(own)
    const { value } = await reader.next()
    expect(value?.constructor).toBe(Uint8Array)
    expect(value?.buffer).toBe(buffer.buffer)
  })
})
