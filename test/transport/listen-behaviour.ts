import { AbortedError } from '@anyfeed/interfaces'
import { describe, expect, it } from 'vitest'
import { countNumbered, numbered } from './bytes.ts'
import { type TransportFactory, withPair } from './pair.ts'

const onConnection = () => {}

export function listenBehaviour(factory: TransportFactory): void {
  const oneDoor = factory.oneDoor === true
  describe('listen', () => {
    it.skipIf(oneDoor)('says where it listens, each time elsewhere', () =>
      withPair(factory, async ({ listening, listener }) => {
        const other = await listening.listen(factory.anyAddress(listening), { onConnection })
        expect(other.addresses).toHaveLength(1)
        expect(other.addresses).not.toEqual(listener.addresses)
      })
    )

    it('refuses an address that is taken', () =>
      withPair(factory, async ({ dialler, listening, address, connect }) => {
        for (const transport of oneDoor ? [listening] : [dialler, listening]) {
          const again = transport.listen(address, { onConnection })
          await expect(again).rejects.toMatchObject({ code: 'ERR_ADDRESS_IN_USE' })
          await expect(again).rejects.toThrow(address)
        }
        await connect()
      }))

    it('close lets connections go on and frees the address at once', () =>
      withPair(factory, async ({ dialler, listening, listener, address, connect }) => {
        const [near, far] = await connect()
        await Promise.all([listener.close(), listener.close()])
        await listener.closed
        const next = await (oneDoor ? listening : dialler).listen(address, { onConnection })
        expect(next.addresses).toEqual([address])
        const [, bytes] = await Promise.all([near.sink(numbered([100_000])), countNumbered(far.source)])
        expect(bytes).toBe(100_000)
      }))

    it('stops when its signal fires', () =>
      withPair(factory, async ({ dialler, listening, listener: first }) => {
        if (oneDoor) await first.close()
        const reason = new Error('closing time')
        const never = listening.listen(factory.anyAddress(listening), {
          onConnection,
          signal: AbortSignal.abort(reason)
        })
        await expect(never).rejects.toBeInstanceOf(AbortedError)
        await expect(never).rejects.toMatchObject({ cause: reason })

        const during = new AbortController()
        const hardly = listening.listen(factory.anyAddress(listening), { onConnection, signal: during.signal })
        during.abort(reason)
        await expect(hardly).rejects.toBeInstanceOf(AbortedError)

        const later = new AbortController()
        const listener = await listening.listen(factory.anyAddress(listening), { onConnection, signal: later.signal })
        later.abort(reason)
        await listener.closed
        const dialled = dialler.dial(listener.addresses[0] ?? '')
        await expect(dialled).rejects.toMatchObject({ code: 'ERR_CONNECTION_REFUSED' })
      }))
  })
}
