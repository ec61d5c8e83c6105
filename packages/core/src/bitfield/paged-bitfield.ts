import { HAVE_PAGE_BLOCKS, type HavePage } from '@anyfeed/interfaces'
import { equalBytes } from '../bytes/compare.ts'
import { copyBytes } from '../bytes/copy.ts'
import { PageTable } from './page-table.ts'

const PAGE_BITS = HAVE_PAGE_BLOCKS
const PAGE_BYTES = PAGE_BITS / 8
/** The shortest page: room for 128 blocks. */
const LEAST_BYTES = 16

/** Stands for every page whose bits are all set; it is copied before a bit of it is cleared. */
const FULL_PAGE = new Uint8Array(PAGE_BYTES).fill(0xff)

/**
 * A set of block indexes below 2^32. Memory goes into what is neither empty nor full: a page of 8,192 bits takes up to
 * 1 KiB where it is mixed, as far as it has bits that are set, and one reference otherwise.
 *
 * Bits within a page lie as on the wire: block b is bit `128 >> (b % 8)` of byte `b >> 3` (PROTOCOL section 3).
 */
export class PagedBitfield {
  readonly #pages = new PageTable()
  /** What pages take that are neither empty nor full, in bytes. */
  #mixedBytes = 0

  /** All indexes of the set are below this one. */
  get end(): number {
    return this.#pages.end * PAGE_BITS
  }

  /** The memory that it takes, in bytes. */
  get cost(): number {
    return this.#mixedBytes + this.#pages.cost
  }

  has(index: number): boolean {
    const page = this.#pages.get(Math.floor(index / PAGE_BITS))
    return page !== undefined && isSet(page, index % PAGE_BITS)
  }

  /** Adds an index, or removes it where it is not `here`; returns whether that is new. */
  put(index: number, here = true): boolean {
    if (this.has(index) === here) return false
    const bit = index % PAGE_BITS
    const page = this.#ownPage(Math.floor(index / PAGE_BITS), bit >> 3)
    page[bit >> 3] = (page[bit >> 3] as number) ^ (128 >> (bit & 7))
    return true
  }

  clear(): void {
    this.#pages.clear()
    this.#mixedBytes = 0
  }

  /** Adds all indexes below `end`. */
  fillTo(end: number): void {
    const whole = Math.floor(end / PAGE_BITS)
    for (let number = 0; number < whole; number++) this.#setPage(number, FULL_PAGE)
    for (let index = whole * PAGE_BITS; index < end; index++) this.put(index)
  }

  /** Copies of the pages on which `indexes` lie, with all of these added: what a store is to keep. */
  pagesWith(indexes: Iterable<number>): HavePage[] {
    const pages = new Map<number, HavePage>()
    for (const index of indexes) {
      const number = Math.floor(index / PAGE_BITS)
      const page = pages.get(number) ?? this.copyPage(number)
      pages.set(number, page)
      set(page.bits, index % PAGE_BITS)
    }
    return [...pages.values()]
  }

  /** A copy of a page: what a store is to keep. */
  copyPage(number: number): HavePage {
    const bits = new Uint8Array(PAGE_BYTES)
    bits.set(this.#pages.get(number) ?? [])
    return { page: number, bits }
  }

  /** How many indexes of at least `from` and below `end` are in the set. */
  count(from: number, end: number): number {
    let count = 0
    for (let index = from; index < end; ) {
      const page = this.#pages.get(Math.floor(index / PAGE_BITS))
      const next = Math.min(end, index - (index % PAGE_BITS) + PAGE_BITS)
      if (page === FULL_PAGE) count += next - index
      else if (page) for (; index < next; index++) if (isSet(page, index % PAGE_BITS)) count++
      index = next
    }
    return count
  }

  /** Replaces a page by bits as they stand on the wire, up to 1 KiB; what they don't reach is clear. */
  setPage(number: number, bits: Uint8Array): void {
    const length = bits.findLastIndex((byte) => byte !== 0) + 1
    if (length === 0) this.#setPage(number, undefined)
    else this.#setPage(number, equalBytes(bits, FULL_PAGE) ? FULL_PAGE : copyBytes(bits.subarray(0, length)))
  }

  /** Replaces everything by a bitfield of the wire. */
  setBytes(bytes: Uint8Array): void {
    this.clear()
    for (let number = 0; number * PAGE_BYTES < bytes.length; number++) {
      this.setPage(number, bytes.subarray(number * PAGE_BYTES, (number + 1) * PAGE_BYTES))
    }
  }

  /** The bitfield of the wire for the first `blocks` blocks: at least one byte. */
  toBytes(blocks: number): Uint8Array {
    const bytes = new Uint8Array(Math.max(1, Math.ceil(blocks / 8)))
    for (let number = 0; number * PAGE_BYTES < bytes.length; number++) {
      const page = this.#pages.get(number)
      if (page) bytes.set(page.subarray(0, bytes.length - number * PAGE_BYTES), number * PAGE_BYTES)
    }
    const surplus = bytes.length * 8 - blocks
    bytes[bytes.length - 1] = (bytes[bytes.length - 1] as number) & (0xff << Math.min(surplus, 8))
    return bytes
  }

  /** The lowest index of at least `from` and below `end` that is in this set and not in `other`; -1 where none is. */
  nextMissingIn(other: PagedBitfield, from: number, end: number): number {
    let index = from
    const stop = Math.min(end, this.end)
    while (index < stop) {
      const number = Math.floor(index / PAGE_BITS)
      const mine = this.#pages.get(number)
      const theirs = other.#pages.get(number)
      if (mine && theirs !== FULL_PAGE) {
        const found = nextInPage(mine, theirs, index % PAGE_BITS)
        if (found !== -1) {
          const candidate = number * PAGE_BITS + found
          return candidate < end ? candidate : -1
        }
      }
      index = this.#pages.skip(number + 1) * PAGE_BITS
    }
    return -1
  }

  /** The page with this number, to be changed: made, copied or made longer where it must be, to reach a byte. */
  #ownPage(number: number, byte: number): Uint8Array {
    const page = this.#pages.get(number)
    if (page && page !== FULL_PAGE && byte < page.length) return page
    let length = Math.max(LEAST_BYTES, page?.length ?? 0)
    while (length <= byte) length *= 2
    const own = new Uint8Array(Math.min(PAGE_BYTES, length))
    own.set(page ?? [])
    this.#setPage(number, own)
    return own
  }

  #setPage(number: number, page: Uint8Array | undefined): void {
    const before = this.#pages.get(number)
    if (before && before !== FULL_PAGE) this.#mixedBytes -= before.length
    if (page && page !== FULL_PAGE) this.#mixedBytes += page.length
    this.#pages.set(number, page)
  }
}

function isSet(page: Uint8Array, bit: number): boolean {
  return ((page[bit >> 3] ?? 0) & (128 >> (bit & 7))) !== 0
}

function set(page: Uint8Array, bit: number): void {
  page[bit >> 3] = (page[bit >> 3] as number) | (128 >> (bit & 7))
}

/** The first bit of at least `from` that is set in `page` and not in `without`; -1 where none is. */
function nextInPage(page: Uint8Array, without: Uint8Array | undefined, from: number): number {
  let mask = 0xff >> (from & 7)
  for (let byte = from >> 3; byte < page.length; byte++) {
    const bits = (page[byte] as number) & ~(without?.[byte] ?? 0) & mask
    if (bits !== 0) return byte * 8 + Math.clz32(bits) - 24
    mask = 0xff
  }
  return -1
}
