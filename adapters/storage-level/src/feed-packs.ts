import type { FeedChange } from '@anyfeed/interfaces'
import type { Operation } from './database.ts'
import type { Journal } from './journal.ts'
import { packKey } from './keys.ts'
import { assertPack, type Held, hashAt, heldAt, type PackPlace, placeOf, withChanges } from './node-packs.ts'
import type { PackCache } from './pack-cache.ts'

const ABSENT = new Uint8Array(0)

interface ChangedPack extends PackPlace {
  readonly hashes: Map<number, Uint8Array>
  /** The numbers of blocks, or 0 for those that are not here any more. */
  readonly numbers: Map<number, number>
  /** As it was, and from {@link FeedPacks.operations} on as it is to be. */
  bytes: Uint8Array
}

/** The packs that a change touches. */
export interface PackChange {
  readonly packs: ReadonlyMap<string, ChangedPack>
  /** The blocks, by index, that are here and that the change adds again, drops, or takes the leaf from. */
  readonly held: ReadonlyMap<number, Held>
}

/**
 * The packs of one feed, read through the store's cache.
 *
 * The cache shows the feed as it was when the last write resolved. What is read while a write is under way may be of
 * before or after it, so it does not go into the cache, and {@link epoch} tells the reader.
 */
export class FeedPacks {
  readonly #feed: Uint8Array
  readonly #db: Journal
  readonly #cache: PackCache
  /** The feed's name in the cache: a short one. */
  readonly #name: number
  /** For a feed that was made here: the last pack of each band. Those after it are known to be absent. */
  readonly #last: number[] | undefined
  #epoch = 0

  constructor(feed: Uint8Array, db: Journal, cache: PackCache, isNew: boolean) {
    this.#feed = feed
    this.#db = db
    this.#cache = cache
    this.#name = cache.nextFeed()
    this.#last = isNew ? [] : undefined
  }

  /** Grows at the start and at the end of each write; `undefined` during one. Equal before and after: nothing changed. */
  get epoch(): number | undefined {
    return this.#epoch % 2 === 0 ? this.#epoch : undefined
  }

  /** The hashes of nodes in the order asked, where all of their packs are in the cache: as of one moment. */
  cached(indexes: readonly number[]): Array<Uint8Array | undefined> | undefined {
    const hashes: Array<Uint8Array | undefined> = []
    for (const index of indexes) {
      const place = placeOf(index)
      const pack = this.#known(place)
      if (pack === undefined) return undefined
      hashes.push(hashAt(pack, place))
    }
    return hashes
  }

  /** The hashes of nodes in the order asked. Of one moment only if the epoch stayed the same. */
  async read(indexes: readonly number[]): Promise<Array<Uint8Array | undefined>> {
    const places = indexes.map((index) => ({ ...placeOf(index), name: '' }))
    for (const place of places) place.name = this.#cacheName(place)
    const packs = await this.#load(new Map(places.map((place) => [place.name, place])))
    return places.map((place) => hashAt(packs.get(place.name)!, place))
  }

  /** The block, if it is here. */
  async held(block: number): Promise<Held | undefined> {
    const { pack, slot } = placeOf(2 * block)
    const place = { band: 0, pack }
    const name = this.#cacheName(place)
    return heldAt(this.#known(place) ?? (await this.#load(new Map([[name, place]]))).get(name)!, pack, slot)
  }

  /** Reads the packs that a change touches. To be called in the order of the writes, with none under way. */
  async prepare({ nodes = [], blocks = [], dropped = [] }: FeedChange): Promise<PackChange> {
    const packs = new Map<string, ChangedPack>()
    for (const { index, hash } of nodes) this.#place(packs, index, hash)
    // A block that is here has its leaf, whether or not it was among the nodes.
    for (const { index, hash } of blocks) this.#place(packs, 2 * index, hash)
    for (const index of dropped) this.#touch(packs, placeOf(2 * index))
    for (const [name, bytes] of await this.#load(packs)) packs.get(name)!.bytes = bytes
    const held = new Map<number, Held>()
    for (const index of [...blocks.map(({ index }) => index), ...dropped]) {
      const { band, pack, slot } = placeOf(2 * index)
      const before = heldAt(packs.get(this.#cacheName({ band, pack }))!.bytes, pack, slot)
      if (before !== undefined) held.set(index, before)
    }
    for (const { band, pack, hashes, bytes } of packs.values()) {
      if (band > 0) continue
      for (const [slot, hash] of hashes) {
        const before = slot % 2 === 0 ? heldAt(bytes, pack, slot) : undefined
        if (before?.hash.some((byte, place) => byte !== hash[place])) held.set(before.block, before)
      }
    }
    return { packs, held }
  }

  /** What a change puts. `numbers`: of blocks that it adds, and 0 for those that are not here any more. */
  operations({ packs }: PackChange, numbers: ReadonlyMap<number, number>): Operation[] {
    for (const [block, number] of numbers) {
      packs.get(this.#cacheName(placeOf(2 * block)))!.numbers.set(block, number)
    }
    const operations: Operation[] = []
    for (const entry of packs.values()) {
      if (entry.hashes.size + entry.numbers.size === 0) continue
      entry.bytes = withChanges(entry.bytes, entry.band, entry.hashes, entry.numbers)
      operations.push({ type: 'put', key: packKey(this.#feed, entry.band, entry.pack), value: entry.bytes })
    }
    return operations
  }

  /** Runs the write of the operations of a change; the cache shows the new packs when it has resolved. */
  async write({ packs }: PackChange, run: () => Promise<void>): Promise<void> {
    this.#epoch++
    if (this.#last !== undefined) {
      for (const { band, pack } of packs.values()) this.#last[band] = Math.max(this.#last[band] ?? -1, pack)
    }
    try {
      await run()
      for (const [name, { bytes }] of packs) this.#cache.set(name, bytes)
    } catch (error) {
      // Only the database knows what it has now.
      for (const name of packs.keys()) this.#cache.delete(name)
      throw error
    } finally {
      this.#epoch++
    }
  }

  #place(packs: Map<string, ChangedPack>, index: number, hash: Uint8Array): void {
    if (hash.byteLength !== 32) throw new RangeError(`a hash has 32 bytes, not ${hash.byteLength}`)
    const place = placeOf(index)
    this.#touch(packs, place).hashes.set(place.slot, hash)
  }

  #touch(packs: Map<string, ChangedPack>, { band, pack }: PackPlace): ChangedPack {
    const name = this.#cacheName({ band, pack })
    let entry = packs.get(name)
    if (entry === undefined) {
      entry = { band, pack, hashes: new Map(), numbers: new Map(), bytes: ABSENT }
      packs.set(name, entry)
    }
    return entry
  }

  /** Packs by name, absent ones empty: from the cache, or all that are missing there in one read. */
  async #load(places: ReadonlyMap<string, PackPlace>): Promise<Map<string, Uint8Array>> {
    const packs = new Map<string, Uint8Array>()
    const missing: Array<[string, PackPlace]> = []
    for (const [name, place] of places) {
      const pack = this.#known(place)
      if (pack !== undefined) packs.set(name, pack)
      else missing.push([name, place])
    }
    if (missing.length === 0) return packs
    const { epoch } = this
    const read = await this.#db.getMany(missing.map(([, { band, pack }]) => packKey(this.#feed, band, pack)))
    const current = epoch !== undefined && epoch === this.epoch
    missing.forEach(([name, { band }], place) => {
      const pack = assertPack(read[place] ?? ABSENT, band)
      packs.set(name, pack)
      if (current) this.#cache.set(name, pack)
    })
    return packs
  }

  #known(place: PackPlace): Uint8Array | undefined {
    const pack = this.#cache.get(this.#cacheName(place))
    if (pack !== undefined || this.#last === undefined) return pack
    return place.pack > (this.#last[place.band] ?? -1) ? ABSENT : undefined
  }

  #cacheName({ band, pack }: PackPlace): string {
    return `${this.#name}/${band}/${pack}`
  }
}
