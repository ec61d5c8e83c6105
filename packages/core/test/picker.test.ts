import fc from 'fast-check'
import { expect, it } from 'vitest'
import { PagedBitfield } from '../src/bitfield/paged-bitfield.ts'
import { PeerCursor } from '../src/replicator/peer-cursor.ts'
import { Picker } from '../src/replicator/picker.ts'
import type { Run } from '../src/tree/subtree.ts'

const BLOCKS = 200

/** A small world of peers around one picker, in which everything offered is fetched or given up. */
class World {
  readonly have = new PagedBitfield()
  readonly busy = new Map<number, number>()
  readonly picker = new Picker(this.have, this.busy, new Set(), (length) => new Uint8Array(length))
  readonly peers = [0, 1, 2].map(() => ({ has: new PagedBitfield(), cursor: new PeerCursor() }))
  readonly ranges: Run[] = []
  readonly wanted: number[] = []

  offer(peer: number, block: number): void {
    const { cursor, has } = this.peers[peer] as World['peers'][0]
    if (!has.has(block) || !this.picker.isOpen(block)) return
    if (this.picker.wanted.has(block)) cursor.want(block)
    else cursor.free(block)
  }

  pick(peer: number): number {
    const { cursor, has } = this.peers[peer] as World['peers'][0]
    const block = this.picker.next(cursor, has, BLOCKS)
    if (block === -1) return -1
    // What is offered is wanted, there at the peer, not here, and nobody else's.
    expect(has.has(block)).toBe(true)
    expect(this.have.has(block)).toBe(false)
    expect(block).toBeLessThan(BLOCKS)
    expect(this.busy.has(block)).toBe(false)
    expect(this.isWanted(block)).toBe(true)
    this.busy.set(block, peer)
    return block
  }

  isWanted(block: number): boolean {
    return this.wanted.includes(block) || this.ranges.some(({ start, end }) => block >= start && block < end)
  }

  release(block: number): void {
    this.busy.delete(block)
    for (const peer of [0, 1, 2]) this.offer(peer, block)
  }
}

const step = fc.record({
  do: fc.constantFrom(
    'want',
    'unwant',
    'range',
    'unrange',
    'have',
    'bitfield',
    'pick',
    'pick',
    'pick',
    'store',
    'fail',
    'drop'
  ),
  peer: fc.nat(2),
  block: fc.nat(BLOCKS + 20),
  length: fc.oneof(fc.nat(60), fc.constant(Infinity))
})

it('offers every wanted block that a peer has, in the end, and none twice while it is busy', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const world = new World()
      const { picker } = world
      for (const { do: what, peer, block, length } of steps) {
        const { cursor, has } = world.peers[peer] as World['peers'][0]
        if (what === 'want') {
          world.wanted.push(block)
          picker.wanted.add(block)
          for (const p of [0, 1, 2]) world.offer(p, block)
        } else if (what === 'unwant') {
          const place = world.wanted.indexOf(block)
          if (place === -1) continue
          world.wanted.splice(place, 1)
          if (!world.wanted.includes(block)) picker.wanted.delete(block)
        } else if (what === 'range') {
          const range = { start: block, end: block + length }
          world.ranges.push(range)
          picker.ranges.normal.add(range)
          for (const other of world.peers) other.cursor.rewind(range.start)
        } else if (what === 'unrange') {
          const range = world.ranges.pop()
          if (range !== undefined) picker.ranges.normal.delete(range)
        } else if (what === 'have') {
          if (has.put(block)) world.offer(peer, block)
        } else if (what === 'bitfield') {
          has.setBytes(new Uint8Array(Math.min(length, 30)).fill(block))
          cursor.restart([...picker.wanted].filter((wanted) => has.has(wanted)))
        } else if (what === 'pick') {
          world.pick(peer)
        } else if (what === 'drop') {
          if (!world.have.put(block, false)) continue
          for (const p of [0, 1, 2]) world.offer(p, block)
        } else {
          const [busy] = world.busy.keys()
          if (busy === undefined) continue
          if (what === 'fail') world.release(busy)
          else {
            world.have.put(busy)
            world.busy.delete(busy)
          }
        }
      }
      // Nothing more changes: all that is wanted and somewhere comes now.
      for (let picked = true; picked; ) {
        picked = false
        for (const peer of [0, 1, 2]) {
          const block = world.pick(peer)
          if (block === -1) continue
          picked = true
          world.busy.delete(block)
          world.have.put(block)
        }
      }
      for (let block = 0; block < BLOCKS; block++) {
        const somewhere = world.peers.some(({ has }) => has.has(block))
        if (world.isWanted(block) && somewhere && !world.busy.has(block)) expect(world.have.has(block)).toBe(true)
      }
    }),
    { seed: 6, numRuns: 3000 }
  )
})

it('asks for what somebody waits for before the rest', () => {
  const world = new World()
  world.peers[0]?.has.fillTo(100)
  world.picker.ranges.normal.add({ start: 0, end: Infinity })
  world.ranges.push({ start: 0, end: Infinity })
  expect(world.pick(0)).toBe(0)
  for (const block of [77, 33]) {
    world.wanted.push(block)
    world.picker.wanted.add(block)
    world.offer(0, block)
  }
  expect([world.pick(0), world.pick(0), world.pick(0)]).toEqual([77, 33, 1])
})

it('keeps a bounded memory of blocks that the cursor had passed', () => {
  const world = new World()
  const cursor = new PeerCursor()
  const has = new PagedBitfield()
  world.picker.ranges.normal.add({ start: 0, end: Infinity })
  has.put(500_000)
  expect(world.picker.next(cursor, has, Infinity)).toBe(500_000)
  world.busy.set(500_000, 0)
  for (let block = 0; block < 200_000; block++) {
    has.put(block)
    cursor.free(block)
  }
  const got = new Set<number>()
  for (let block = 0; block !== -1; block = world.picker.next(cursor, has, Infinity)) {
    world.busy.set(block, 0)
    got.add(block)
  }
  expect(got.size).toBe(200_000)
})
