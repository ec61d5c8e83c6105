import { ClosedError, ConnectionError } from '@anyfeed/interfaces'
import { describe, expect, it } from 'vitest'
import { countBytes, countNumbered, numbered, silence } from './bytes.ts'
import { type TransportFactory, withPair } from './pair.ts'
import { atRest } from './stall.ts'

/** What this process has open that a transport could have left there. Not timers: the runner has some of its own. */
function open(): string {
  const kinds = /TCP|TLS|JSStream|Immediate|GetAddrInfo|Shutdown|Write/
  return process
    .getActiveResourcesInfo()
    .filter((kind) => kinds.test(kind))
    .sort()
    .join()
}

export function closingBehaviour(factory: TransportFactory): void {
  describe('closing', () => {
    it('close of a connection ends its sending, and resolves when the remote has ended too', () =>
      withPair(factory, async ({ connect }) => {
        const [near, far] = await connect()
        const sunk = near.sink(numbered([1000, 70_000]))
        let over = false
        const closed = near.close().then(() => {
          over = true
        })
        expect(await countNumbered(far.source)).toBe(71_000)
        await sunk
        expect(await atRest(() => over)).toBe(false)
        await far.close()
        await closed
        expect(await countBytes(near.source)).toBe(0)
      }))

    it('close lets a source that is being sent go on to its end', () =>
      withPair(factory, async ({ connect }) => {
        const [near, far] = await connect()
        let release: () => void = () => {}
        const gate = new Promise<void>((resolve) => {
          release = resolve
        })
        async function* slow() {
          yield Uint8Array.of(0)
          await gate
          yield Uint8Array.of(1)
        }
        const sunk = near.sink(slow())
        const closed = Promise.all([near.close(), far.close()])
        release()
        expect(await countBytes(far.source)).toBe(2)
        await Promise.all([sunk, closed])
      }))

    it('a sink after close is refused', () =>
      withPair(factory, async ({ connect }) => {
        const [near, far] = await connect()
        const closed = Promise.all([near.close(), far.close()])
        await expect(near.sink([])).rejects.toBeInstanceOf(ClosedError)
        await closed
      }))

    it('what came in can be read after both ends have closed', () =>
      withPair(factory, async ({ connect }) => {
        const [near, far] = await connect()
        await Promise.all([near.sink(numbered([5000])), near.close(), far.close()])
        near.abort(new Error('too late to matter'))
        expect(await countNumbered(far.source)).toBe(5000)
      }))

    it('close of a transport aborts its connections, ends its listeners and leaves nothing open', async () => {
      const before = open()
      await withPair(factory, async ({ dialler, listening, listener, connect }) => {
        const pairs = await Promise.all([connect(), connect(), connect()])
        const [near, far] = await connect()
        const ends = [near.sink(silence()), countBytes(near.source), far.sink(silence()), countBytes(far.source)].map(
          (end) => end.then(() => undefined).catch((error: unknown) => error)
        )
        await listening.close()
        await listener.closed
        const [nearSink, nearSource, farSink, farSource] = await Promise.all(ends)
        for (const seen of [nearSink, nearSource]) expect(seen).toBeInstanceOf(ConnectionError)
        for (const seen of [farSink, farSource]) expect(seen).toBeInstanceOf(ClosedError)
        await Promise.all(pairs.flat().map((connection) => connection.closed))
        await dialler.close()
        expect(open()).toBe(before)
      })
      expect(open()).toBe(before)
    })

    it('close of a transport gives up what is being opened', async () => {
      const before = open()
      const transport = factory.create()
      const listened = transport.listen(factory.anyAddress(transport), { onConnection() {} })
      const outcome = listened.then(
        (listener) => listener.closed,
        (error: unknown) => error
      )
      await transport.close()
      expect([undefined, 'ERR_CLOSED']).toContain(((await outcome) as { code?: string } | undefined)?.code)
      expect(open()).toBe(before)
    })

    it('connections that ended by themselves leave nothing open', () =>
      withPair(factory, async ({ connect }) => {
        const before = open()
        const [near, far] = await connect()
        await Promise.all([near.sink(numbered([10])), far.sink(far.source), countNumbered(near.source)])
        await Promise.all([near.closed, far.closed])
        expect(open()).toBe(before)
      }))
  })
}
