import { describe, expect, it } from 'vitest'
import type { Link } from '../src/link.ts'
import { survivor } from '../src/survivor.ts'

const LOW = new Uint8Array(32).fill(1)
const HIGH = new Uint8Array(32).fill(2)

function link(direction: 'in' | 'out', { id = HIGH, version = 1, bound = false } = {}): Link {
  const channelBinding = bound ? new Uint8Array(1) : undefined
  return { direction, connection: { channelBinding }, stream: { remoteId: id, remoteVersion: version } } as never
}

describe('which of two connections survives', () => {
  it('the one that the lower id dialled, whichever came first, at both sides', () => {
    for (const [own, id, direction] of [
      [LOW, HIGH, 'out'],
      [HIGH, LOW, 'in']
    ] as const) {
      const [inward, outward] = [link('in', { id }), link('out', { id })]
      expect((survivor(own, inward, outward) as Link).direction).toBe(direction)
      expect((survivor(own, outward, inward) as Link).direction).toBe(direction)
    }
  })

  it('of two that we dialled the older; of two that the remote dialled, what it decides', () => {
    const older = link('out')
    expect(survivor(LOW, older, link('out'))).toBe(older)
    expect(survivor(LOW, link('in'), link('in'))).toBe('both')
  })

  it('of a peer of version 0, which ends none by itself: what it dialled last, else the older', () => {
    const [older, inward] = [link('out', { version: 0 }), link('in', { version: 0 })]
    expect(survivor(HIGH, older, link('out', { version: 0 }))).toBe(older)
    expect(survivor(LOW, older, inward)).toBe(inward)
    expect(survivor(LOW, link('in', { version: 0 }), inward)).toBe(inward)
  })

  it('one that is bound to its channel is never displaced by one that is not', () => {
    const bound = link('in', { bound: true })
    expect(survivor(LOW, bound, link('out'))).toBe(bound)
    expect(survivor(LOW, link('out'), bound)).toBe(bound)
  })
})
