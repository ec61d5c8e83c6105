import { StorageError } from '@anyfeed/interfaces'
import { readUint56, UINT56_BYTES, writeUint56 } from './uint56.ts'

/**
 * How tree nodes are laid out. A pack is a subtree of 6 levels: 63 nodes, in order, 32 bytes each. Packs lie in bands:
 * band 0 has the nodes of depth 0 to 5, band 1 those of depth 6 to 11, and so on. So the nodes from a leaf up to the
 * root are in one pack for each 6 levels, and 32 neighbouring leaves share theirs. Nodes that are not here are all
 * zero, or past the end of the pack.
 *
 * A pack of band 0 begins with 32 numbers, one for each of its leaves: where the bytes of the block are, if the feed
 * holds it, else 0. Its leaf is then here as well.
 */
const LEVELS = 6
const SLOTS = 2 ** LEVELS - 1
const HASH_BYTES = 32
const LEAVES = 2 ** (LEVELS - 1)

export interface PackPlace {
  readonly band: number
  readonly pack: number
}

export interface NodePlace extends PackPlace {
  /** 0 to 62. */
  readonly slot: number
}

/** Where a node is. Throws a `RangeError` for anything but an integer from 0 to 2^53 - 1. */
export function placeOf(index: number): NodePlace {
  if (!Number.isSafeInteger(index) || index < 0) throw new RangeError(`${index} is no tree index`)
  const band = Math.floor(depthOf(index) / LEVELS)
  // Within its band the tree looks as it does from the leaves: cut off the ones that all of the band's nodes end in.
  const inBand = Math.floor(index / 2 ** (band * LEVELS))
  return { band, pack: Math.floor(inBand / (SLOTS + 1)), slot: inBand % (SLOTS + 1) }
}

/** The number of one bits that an index ends in. */
export function depthOf(index: number): number {
  const low = index >>> 0
  if (low === 0xffffffff) return 32 + depthOf(Math.floor(index / 2 ** 32))
  const lowestZero = ~low & (low + 1)
  return 31 - Math.clz32(lowestZero)
}

/** A copy of the hash in a slot, or `undefined` where none is. */
export function hashAt(bytes: Uint8Array, { band, slot }: Pick<NodePlace, 'band' | 'slot'>): Uint8Array | undefined {
  const start = hashesStart(band) + slot * HASH_BYTES
  const end = start + HASH_BYTES
  if (end > bytes.length) return undefined
  for (let at = start; at < end; at++) if (bytes[at] !== 0) return bytes.slice(start, end)
  return undefined
}

/** A block that is here, and where its bytes are. */
export interface Held {
  /** The block's index in the feed. */
  readonly block: number
  readonly hash: Uint8Array
  readonly number: number
}

/** The block whose leaf is in this slot of a pack of band 0, if the feed holds it. */
export function heldAt(bytes: Uint8Array, pack: number, slot: number): Held | undefined {
  const leaf = slot / 2
  const number = bytes.length === 0 ? 0 : readUint56(bytes, leaf * UINT56_BYTES)
  if (number === 0) return undefined
  const hash = hashAt(bytes, { band: 0, slot })
  if (hash === undefined) throw new StorageError('tree nodes in the store are damaged')
  return { block: pack * LEAVES + leaf, hash, number }
}

/** All blocks in a pack that the feed holds. */
export function heldIn(bytes: Uint8Array, { band, pack }: PackPlace): Held[] {
  const held: Held[] = []
  for (let slot = 0; band === 0 && slot < SLOTS; slot += 2) {
    const block = heldAt(bytes, pack, slot)
    if (block !== undefined) held.push(block)
  }
  return held
}

/** A copy of a pack with other hashes in some slots, and other numbers for some blocks. */
export function withChanges(
  bytes: Uint8Array,
  band: number,
  hashes: ReadonlyMap<number, Uint8Array>,
  numbers: ReadonlyMap<number, number>
): Uint8Array {
  const start = hashesStart(band)
  let length = Math.max(bytes.length, start)
  for (const slot of hashes.keys()) length = Math.max(length, start + (slot + 1) * HASH_BYTES)
  const changed = new Uint8Array(length)
  changed.set(bytes)
  for (const [slot, hash] of hashes) changed.set(hash, start + slot * HASH_BYTES)
  for (const [block, number] of numbers) writeUint56(changed, (block % LEAVES) * UINT56_BYTES, number)
  return changed
}

/** Throws a {@link StorageError} for bytes that no pack has. */
export function assertPack(bytes: Uint8Array, band: number): Uint8Array {
  const hashes = bytes.length - hashesStart(band)
  if (bytes.length > 0 && (hashes < 0 || hashes % HASH_BYTES !== 0 || hashes > SLOTS * HASH_BYTES)) {
    throw new StorageError('tree nodes in the store are damaged')
  }
  return bytes
}

function hashesStart(band: number): number {
  return band === 0 ? LEAVES * UINT56_BYTES : 0
}
