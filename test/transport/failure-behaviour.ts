import { setImmediate as turn } from 'node:timers/promises'
import { ConnectionError } from '@anyfeed/interfaces'
import { describe, expect, it } from 'vitest'
import { countBytes, silence } from './bytes.ts'
import { type TransportFactory, withPair } from './pair.ts'
import { until } from './stall.ts'

/** What a promise rejects with. */
async function failure(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('it did not fail')
}

export function failureBehaviour(factory: TransportFactory): void {
  describe('failure', () => {
    it('abort fails source and sink here with the reason, there with a ConnectionError', () =>
      withPair(factory, async ({ connect }) => {
        const [near, far] = await connect()
        const sources = [silence(), silence()] as const
        const failures = [
          failure(near.sink(sources[0])),
          failure(countBytes(near.source)),
          failure(far.sink(sources[1])),
          failure(countBytes(far.source))
        ]
        const reason = new Error('that is enough')
        near.abort(reason)
        near.abort(new Error('ignored'))
        const [nearSink, nearSource, farSink, farSource] = await Promise.all(failures)
        expect(nearSink).toBe(reason)
        expect(nearSource).toBe(reason)
        expect(farSink).toBeInstanceOf(ConnectionError)
        expect(farSource).toBeInstanceOf(ConnectionError)
        expect(farSource).toMatchObject({ code: 'ERR_CONNECTION_RESET' })
        await Promise.all([near.closed, far.closed])
        expect(sources.map((source) => source.left)).toEqual([true, true])
      }))

    it('abort before anything was read or sent fails what comes later', () =>
      withPair(factory, async ({ connect }) => {
        const [near, far] = await connect()
        const reason = new Error('no')
        near.abort(reason)
        await Promise.all([near.closed, far.closed])
        expect(await failure(near.sink([]))).toBe(reason)
        expect(await failure(countBytes(near.source))).toBe(reason)
        expect(await failure(far.sink([]))).toBeInstanceOf(ConnectionError)
        expect(await failure(countBytes(far.source))).toBeInstanceOf(ConnectionError)
      }))

    it('abort in the middle of a transfer is never an end', () =>
      withPair(factory, async ({ connect }) => {
        const [near, far] = await connect()
        let sent = 0
        async function* endless() {
          for (;;) {
            sent++
            // A transfer that waits for nothing else takes the whole loop of a medium without I/O.
            await turn()
            yield new Uint8Array(65536)
          }
        }
        const sunk = failure(near.sink(endless()))
        const read = failure(countBytes(far.source))
        await until(() => sent > 20)
        const reason = new Error('cut')
        near.abort(reason)
        expect(await sunk).toBe(reason)
        expect(await read).toMatchObject({ code: 'ERR_CONNECTION_RESET' })
      }))

    it('leaving the source early aborts', () =>
      withPair(factory, async ({ connect }) => {
        const [near, far] = await connect()
        const sunk = failure(near.sink(silence()))
        const stuck = failure(far.sink(silence()))
        far.source[Symbol.asyncIterator]().return?.()
        expect(await stuck).toMatchObject({ code: 'ERR_CONNECTION_ABORTED' })
        expect(await sunk).toBeInstanceOf(ConnectionError)
        await Promise.all([near.closed, far.closed])
      }))

    it('leaving the loop over the source early aborts', () =>
      withPair(factory, async ({ connect }) => {
        const [near, far] = await connect()
        async function* oneThenSilence() {
          yield Uint8Array.of(1)
          yield* silence()
        }
        const sunk = failure(near.sink(oneThenSilence()))
        for await (const _ of far.source) break
        expect(await sunk).toBeInstanceOf(ConnectionError)
        await Promise.all([near.closed, far.closed])
      }))

    it('a source that throws aborts with its error', () =>
      withPair(factory, async ({ connect }) => {
        const [near, far] = await connect()
        const reason = new Error('the disk is gone')
        async function* broken() {
          yield new Uint8Array(10)
          throw reason
        }
        const read = failure(countBytes(far.source))
        const own = failure(countBytes(near.source))
        expect(await failure(near.sink(broken()))).toBe(reason)
        expect(await own).toBe(reason)
        expect(await read).toBeInstanceOf(ConnectionError)
      }))

    it('refuses what is not a Uint8Array, and aborts', () =>
      withPair(factory, async ({ connect }) => {
        const [near, far] = await connect()
        const read = failure(countBytes(far.source))
        expect(await failure(near.sink(['text'] as never))).toBeInstanceOf(TypeError)
        expect(await read).toBeInstanceOf(ConnectionError)
      }))

    it('refuses a second iteration and a second sink', () =>
      withPair(factory, async ({ connect }) => {
        const [near] = await connect()
        near.source[Symbol.asyncIterator]()
        expect(() => near.source[Symbol.asyncIterator]()).toThrow(TypeError)
        const first = failure(near.sink(silence()))
        expect(await failure(near.sink([]))).toBeInstanceOf(TypeError)
        near.abort(new Error('done'))
        await first
      }))

    it('an onConnection that throws or rejects aborts that connection and nothing else', async () => {
      const dialler = factory.create()
      const listening = factory.create()
      try {
        let calls = 0
        const { addresses } = await listening.listen(factory.anyAddress(listening), {
          onConnection(connection) {
            calls++
            if (calls === 1) throw new Error('not this one')
            if (calls === 2) return Promise.reject(new Error('nor this')) as unknown as undefined
            connection.sink([Uint8Array.of(7)]).catch(() => {})
            return undefined
          }
        })
        for (const _ of [1, 2]) {
          // The break may come before the dial has resolved.
          const refused = dialler.dial(addresses[0] ?? '').then((connection) => countBytes(connection.source))
          expect(await failure(refused)).toBeInstanceOf(ConnectionError)
        }
        const welcome = await dialler.dial(addresses[0] ?? '')
        expect(await countBytes(welcome.source)).toBe(1)
      } finally {
        await Promise.all([dialler.close(), listening.close()])
      }
    })
  })
}
