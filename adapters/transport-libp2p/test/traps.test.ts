// The traps of libp2p 3's streams, each by what an application would see of it.
import { ConnectionError } from '@anyfeed/interfaces'
import { describe, expect, it } from 'vitest'
import { countBytes, countNumbered, numbered, silence } from '../../../conformance/src/bytes/numbered.ts'
import { atRest } from '../../../conformance/src/wait/until.ts'
import { failure, withLinked } from './nodes.ts'

const MIB = 1024 * 1024
const CHUNK = 64 * 1024

/** A source of so many bytes in chunks of 64 KiB, which tells how many were taken. */
function measured(total: number): AsyncIterable<Uint8Array> & { taken: number } {
  const source = {
    taken: 0,
    async *[Symbol.asyncIterator]() {
      for (; source.taken < total; source.taken += CHUNK) yield new Uint8Array(CHUNK)
    }
  }
  return source
}

describe('traps of libp2p streams', () => {
  it('1: onDrain serves once: a sender goes on after stall upon stall', () =>
    withLinked(async ({ connect }) => {
      const [near, far] = await connect()
      const total = 40 * MIB
      const source = measured(total)
      const sunk = near.sink(source)
      let bytes = 0
      let stalls = 0
      for await (const chunk of far.source) {
        if (bytes >> 23 !== (bytes + chunk.byteLength) >> 23) {
          await atRest(() => source.taken)
          if (source.taken < total) stalls++
        }
        bytes += chunk.byteLength
      }
      await sunk
      expect(bytes).toBe(total)
      expect(stalls).toBeGreaterThan(2)
    }))

  it('2: the iterator knows no back-pressure: no more than maxBuffered is taken ahead of a reader', () =>
    withLinked(async ({ connect, transports }) => {
      const [near, far] = await connect()
      const source = measured(64 * MIB)
      const sunk = near.sink(source)
      let read = 0
      let ahead = 0
      for await (const chunk of far.source) {
        read += chunk.byteLength
        // Stops for a while, again and again, so that the sender can run ahead.
        if (read % (512 * 1024) < chunk.byteLength) await atRest(() => source.taken)
        ahead = Math.max(ahead, source.taken - read)
      }
      await sunk
      expect(read).toBe(64 * MIB)
      expect(ahead).toBeLessThanOrEqual(transports[0].supports.maxBuffered + CHUNK)
    }))

  it('3a: the iterator hangs when it starts after the remote has ended: a late reader gets all and the end', () =>
    withLinked(async ({ connect }) => {
      const [near, far] = await connect()
      await near.sink(numbered([1000]))
      await atRest(() => 0)
      expect(await countNumbered(far.source)).toBe(1000)
    }))

  it('3b: a stream that is paused when both ends close loses what it holds: it is still read', () =>
    withLinked(
      async ({ connect }) => {
        const [near, far] = await connect()
        // More than waits here, less than the window: the stream is paused, and yet the sender is done.
        await far.sink([])
        await near.sink(numbered(Array.from({ length: 48 }, () => CHUNK / 2)))
        await Promise.all([near.closed, far.closed])
        expect(await countNumbered(far.source)).toBe(24 * CHUNK)
      },
      { window: 4 * MIB }
    ))

  it('4: a window beyond 4 MiB overruns the read buffer: a slow reader is not reset', () =>
    withLinked(
      async ({ connect }) => {
        const [near, far] = await connect()
        const source = measured(24 * MIB)
        const sunk = near.sink(source)
        expect(await atRest(() => source.taken)).toBeGreaterThan(6 * MIB)
        expect(await countBytes(far.source)).toBe(24 * MIB)
        await sunk
      },
      { window: 8 * MIB }
    ))

  it('5: resume undoes a pause within it: a reader that stops again stops the sender again', () =>
    withLinked(async ({ connect, transports }) => {
      const [near, far] = await connect()
      const source = measured(64 * MIB)
      const sunk = failure(near.sink(source))
      const iterator = far.source[Symbol.asyncIterator]()
      await atRest(() => source.taken)
      let read = 0
      // Through what waits here, and then the one read that resumes.
      while (read < MIB) read += (await iterator.next()).value.byteLength
      const stalled = await atRest(() => source.taken)
      expect(stalled - read).toBeLessThanOrEqual(transports[0].supports.maxBuffered + CHUNK)
      // Overrun, the stream would have been reset by now.
      while (read < 24 * MIB) read += (await iterator.next()).value.byteLength
      near.abort(new Error('enough'))
      await sunk
    }))

  it('6: without a listener 4 MiB reset the stream: a connection that nobody has read yet stands', () =>
    withLinked(async ({ connect }) => {
      const [near, far] = await connect()
      const source = measured(16 * MIB)
      const sunk = near.sink(source)
      expect(await atRest(() => source.taken)).toBeGreaterThan(0)
      expect(await countBytes(far.source)).toBe(16 * MIB)
      await sunk
    }))

  it('7: a reset during close() rejects with an Event: the sink rejects with a ConnectionError and its cause', () =>
    withLinked(async ({ connect }) => {
      const [near, far] = await connect()
      // All was taken, not all was sent: the sink waits in close().
      const sunk = failure(near.sink([new Uint8Array(32 * MIB)]))
      await atRest(() => 0)
      far.abort(new Error('no more'))
      const error = await sunk
      expect(error).toBeInstanceOf(ConnectionError)
      expect(error).toMatchObject({ code: 'ERR_CONNECTION_RESET', cause: expect.any(Error) })
    }))

  it.each(['connection.close()', 'node.stop()', 'hangUp at the other end'])(
    '8: %s looks like an end: the remote is told of a break',
    (how) =>
      withLinked(async ({ connect, nodes }) => {
        const [near, far] = await connect()
        const sunk = [failure(near.sink(silence())), failure(far.sink(silence()))]
        const read = [failure(countBytes(near.source)), failure(countBytes(far.source))]
        if (how === 'connection.close()') await nodes[0].getConnections()[0]?.close()
        else if (how === 'node.stop()') await nodes[0].stop()
        else await nodes[1].hangUp(nodes[0].peerId)
        for (const seen of [...sunk, ...read]) expect(await seen).toMatchObject({ code: 'ERR_CONNECTION_RESET' })
        await Promise.all([near.closed, far.closed])
      })
  )

  it('8: an end that was meant stays one when the connection closes after it', () =>
    withLinked(async ({ connect, nodes }) => {
      const [near, far] = await connect()
      await near.sink(numbered([100_000]))
      const broken = failure(far.sink(silence()))
      // Until it has left: what libp2p still holds itself is lost when it closes a connection.
      await atRest(() => 0)
      await nodes[0].hangUp(nodes[1].peerId)
      expect(await countNumbered(far.source)).toBe(100_000)
      expect(await broken).toMatchObject({ code: 'ERR_CONNECTION_RESET' })
      expect(await failure(countBytes(near.source))).toMatchObject({ code: 'ERR_CONNECTION_RESET' })
    }))

  it('9: an abort empties the write buffer, which close() takes for sent: the sink fails all the same', () =>
    withLinked(async ({ connect }) => {
      const [near, far] = await connect()
      const sunk = failure(near.sink([new Uint8Array(32 * MIB)]))
      await atRest(() => 0)
      const reason = new Error('changed my mind')
      near.abort(reason)
      expect(await sunk).toBe(reason)
      expect(await failure(countBytes(far.source))).toBeInstanceOf(ConnectionError)
    }))

  it('10: a clean close event comes before close() has resolved: the last end of the two is no failure', () =>
    withLinked(async ({ connect }) => {
      for (let round = 0; round < 50; round++) {
        const [near, far] = await connect()
        await near.sink(numbered([round]))
        expect(await countNumbered(far.source)).toBe(round)
        await far.sink(numbered([round]))
        await Promise.all([near.closed, far.closed])
        expect(await countNumbered(near.source)).toBe(round)
      }
    }))

  it('11: what waits to be sent beyond a bound of the node resets the stream: such a bound is not passed', () =>
    withLinked(
      async ({ connect }) => {
        const [near, far] = await connect()
        const sizes = Array.from({ length: 4096 }, (_, i) => 1 + (i % 2048))
        const sunk = near.sink(numbered(sizes))
        await atRest(() => far.source)
        expect(await countNumbered(far.source)).toBe(sizes.reduce((a, b) => a + b))
        await sunk
      },
      { window: 256 * 1024, maxWriteBufferLength: 4096 }
    ))
})
