import { AbortedError, ClosedError, ConnectionError } from '@anyfeed/interfaces'
import { describe, expect, it } from 'vitest'
import { type TransportFactory, withPair } from './pair.ts'

export function dialBehaviour(factory: TransportFactory): void {
  describe('dial', () => {
    it('understands the addresses of its listeners and no others', () =>
      withPair(factory, async ({ dialler, listener, connect }) => {
        const [near, far] = await connect()
        for (const address of [...listener.addresses, near.remoteAddress, far.remoteAddress]) {
          expect(dialler.handles(address)).toBe(true)
        }
        for (const address of ['', '/', 'x', factory.foreignAddress]) {
          expect(dialler.handles(address)).toBe(false)
          await expect(dialler.dial(address)).rejects.toThrow(TypeError)
          await expect(dialler.listen(address, { onConnection() {} })).rejects.toThrow(TypeError)
        }
        expect(near.remoteAddress).toBe(listener.addresses[0])
      }))

    it('is refused where nobody listens', () =>
      withPair(factory, async ({ dialler, listener, address }) => {
        await listener.close()
        const dialled = dialler.dial(address)
        await expect(dialled).rejects.toBeInstanceOf(ConnectionError)
        await expect(dialled).rejects.toMatchObject({ code: 'ERR_CONNECTION_REFUSED' })
        await expect(dialled).rejects.toThrow(address)
      }))

    it('gives up before and during when its signal fires', () =>
      withPair(factory, async ({ dialler, address }) => {
        const reason = new Error('changed my mind')
        const before = dialler.dial(address, { signal: AbortSignal.abort(reason) })
        await expect(before).rejects.toBeInstanceOf(AbortedError)
        await expect(before).rejects.toMatchObject({ code: 'ERR_ABORTED', cause: reason })
        const controller = new AbortController()
        const during = dialler.dial(address, { signal: controller.signal })
        controller.abort(reason)
        await expect(during).rejects.toMatchObject({ code: 'ERR_ABORTED', cause: reason })
      }))

    it('leaves a connection alone when the signal fires later', () =>
      withPair(factory, async ({ dialler, address }) => {
        const controller = new AbortController()
        const connection = await dialler.dial(address, { signal: controller.signal })
        controller.abort()
        await connection.sink([])
      }))

    it('makes 200 connections at once', () =>
      withPair(factory, async ({ connect }) => {
        const pairs = await Promise.all(Array.from({ length: 200 }, () => connect()))
        await Promise.all(
          pairs.flat().map(async (connection) => {
            await connection.sink([new Uint8Array(1000)])
            let bytes = 0
            for await (const chunk of connection.source) bytes += chunk.length
            expect(bytes).toBe(1000)
            await connection.closed
          })
        )
      }))

    it('is refused by a transport that was closed', async () => {
      const transport = factory.create()
      await transport.close()
      await transport.close()
      const listened = transport.listen(factory.anyAddress(transport), { onConnection() {} })
      await expect(listened).rejects.toBeInstanceOf(ClosedError)
      await expect(transport.dial(factory.anyAddress(transport))).rejects.toBeInstanceOf(ClosedError)
    })
  })
}
