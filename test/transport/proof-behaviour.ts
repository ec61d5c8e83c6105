import { describe, expect, it } from 'vitest'
import { type TransportFactory, withPair } from './pair.ts'

const hex = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString('hex')

export function proofBehaviour(factory: TransportFactory): void {
  describe('proof', () => {
    it('proves who the remote is if and only if it says so', () =>
      withPair(factory, async ({ connect, dialler }) => {
        const [first, second] = [await connect(), await connect()]
        const [near, far] = first
        if (dialler.supports.identity) {
          expect(near.remoteIdentity).toMatch(/./)
          expect(far.remoteIdentity).toMatch(/./)
          expect(second.map((each) => each.remoteIdentity)).toEqual(first.map((each) => each.remoteIdentity))
        } else expect([near.remoteIdentity, far.remoteIdentity]).toEqual([undefined, undefined])
      }))

    it('has channel bindings that are equal at both ends and differ between what they tell apart, or none', () =>
      withPair(factory, async ({ connect, dialler }) => {
        const pairs = [await connect(), await connect(), await connect()]
        for (const [near, far] of pairs) expect(hex(near.channelBinding)).toBe(hex(far.channelBinding))
        const different = new Set(pairs.map(([near]) => hex(near.channelBinding)))
        expect(different.size).toBe(dialler.supports.encrypted && factory.bindsPair !== true ? 3 : 1)
        if (!dialler.supports.encrypted) expect([...different]).toEqual([undefined])
      }))
  })
}
