import { StorageError } from '@anyfeed/interfaces'

/**
 * How tree nodes are laid out. A pack is a subtree of 6 levels: 63 nodes, in order, 32 bytes each. Packs lie in bands:
 * band 0 has the nodes of depth 0 to 5, band 1 those of depth 6 to 11, and so on. So the nodes from a leaf up to the
 * root are in one pack for each 6 levels, and 32 neighbouring leaves share theirs. Nodes that are not here are all
 * zero, or past the end of the pack.
 */
const LEVELS = 6
const SLOTS = 2 ** LEVELS - 1
const HASH_BYTES = 32

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
export function hashAt(pack: Uint8Array, slot: number): Uint8Array | undefined {
  const hash = pack.slice(slot * HASH_BYTES, (slot + 1) * HASH_BYTES)
  return hash.some((byte) => byte !== 0) ? hash : undefined
}

/** A copy of a pack with other hashes in some slots. */
export function withHashes(pack: Uint8Array, hashes: ReadonlyMap<number, Uint8Array>): Uint8Array {
  const length = Math.max(pack.length, (Math.max(...hashes.keys()) + 1) * HASH_BYTES)
  const changed = new Uint8Array(length)
  changed.set(pack)
  for (const [slot, hash] of hashes) changed.set(hash, slot * HASH_BYTES)
  return changed
}

export interface Leaf {
  /** The block's index in the feed. */
  readonly block: number
  readonly hash: Uint8Array
}

/** The leaves in a pack of band 0. */
export function leavesIn(pack: number, bytes: Uint8Array): Leaf[] {
  const leaves: Leaf[] = []
  for (let slot = 0; slot < SLOTS; slot += 2) {
    const hash = hashAt(bytes, slot)
    if (hash !== undefined) leaves.push({ block: (pack * (SLOTS + 1) + slot) / 2, hash })
  }
  return leaves
}

/** The block whose leaf is in this place, or `undefined` for the place of a parent. */
export function blockAt({ band, pack }: PackPlace, slot: number): number | undefined {
  return band === 0 && slot % 2 === 0 ? (pack * (SLOTS + 1) + slot) / 2 : undefined
}

/** Throws a {@link StorageError} for bytes that no pack has. */
export function assertPack(bytes: Uint8Array): Uint8Array {
  if (bytes.length % HASH_BYTES !== 0 || bytes.length > SLOTS * HASH_BYTES) {
    throw new StorageError('tree nodes in the store are damaged')
  }
  return bytes
}
