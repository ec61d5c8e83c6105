import type { RandomBytes } from '@anyfeed/interfaces'
import type { PagedBitfield } from '../bitfield/paged-bitfield.ts'

/** So many blocks are compared, by how many of so many peers have them: each choice takes bounded time. */
const PROBES = 8
const MOST_PEERS = 16

/** A peer, as far as it may have blocks. */
export interface Holder {
  readonly remoteHave: PagedBitfield
}

/**
 * Tells which blocks few peers have. Asked for first, they spread: peers that fetch the same feed then have something to
 * give each other, and none of it is lost with one peer.
 */
export class Rarity {
  readonly #holders: ReadonlySet<Holder>
  readonly #random: RandomBytes

  constructor(holders: ReadonlySet<Holder>, random: RandomBytes) {
    this.#holders = holders
    this.#random = random
  }

  /**
   * A block of at least `start` and below `end` that is in `remote`, not in `have`, and free, and that few have: the
   * rarest of some that are looked at, at random, where runs of `run` blocks begin. -1 where all peers have whatever was
   * looked at: then no order is better than another.
   */
  pick(
    remote: PagedBitfield,
    have: PagedBitfield,
    isFree: (block: number) => boolean,
    start: number,
    end: number,
    run: number
  ): number {
    const holders = this.#holders.size
    if (holders < 2 || end === Infinity || end - start < 2) return -1
    const bytes = this.#random(PROBES * 4)
    const places = new DataView(bytes.buffer, bytes.byteOffset)
    let rarest = -1
    let fewest = Math.min(holders, MOST_PEERS)
    for (let i = 0; i < PROBES; i++) {
      const place = start + Math.floor((places.getUint32(i * 4) / 2 ** 32) * (end - start))
      const block = remote.nextMissingIn(have, Math.max(start, place - (place % run)), end)
      if (block === -1 || !isFree(block)) continue
      const holding = this.#holding(block, fewest)
      if (holding >= fewest) continue
      fewest = holding
      rarest = block
    }
    return rarest
  }

  /** How many peers have the block, counted up to `most`. */
  #holding(block: number, most: number): number {
    let holding = 0
    let seen = 0
    for (const { remoteHave } of this.#holders) {
      if (seen++ === MOST_PEERS || holding === most) break
      if (remoteHave.has(block)) holding++
    }
    return holding
  }
}
