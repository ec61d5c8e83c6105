import type { FeedChange } from '@anyfeed/interfaces'
import type { Database, Operation } from './database.ts'
import { packKey } from './keys.ts'
import { assertPack, blockAt, hashAt, type Leaf, type PackPlace, placeOf, withHashes } from './node-packs.ts'
import type { PackCache } from './pack-cache.ts'

const ABSENT = new Uint8Array(0)

interface ChangedPack extends PackPlace {
  readonly name: string
  readonly hashes: Map<number, Uint8Array>
  bytes: Uint8Array
}

/** Changed packs, ready to be written, and the leaves they no longer have. */
export interface PackChange {
  readonly packs: readonly ChangedPack[]
  readonly replaced: readonly Leaf[]
  readonly operations: Operation[]
}

/**
 * The packs of one feed, read through the store's cache.
 *
 * The cache shows the feed as it was when the last write resolved. What is read while a write is under way may be of
 * before or after it, so it does not go into the cache, and {@link epoch} tells the reader.
 */
export class FeedPacks {
  readonly #feed: Uint8Array
  readonly #db: Database
  readonly #cache: PackCache
  /** The feed's name in the cache: a short one. */
  readonly #name: number
  /** For a feed that was made here: the last pack of each band. Those after it are known to be absent. */
  readonly #last: number[] | undefined
  #epoch = 0

  constructor(feed: Uint8Array, db: Database, cache: PackCache, isNew: boolean) {
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
      hashes.push(hashAt(pack, place.slot))
    }
    return hashes
  }

  /** The hashes of nodes in the order asked. Of one moment only if the epoch stayed the same. */
  async read(indexes: readonly number[]): Promise<Array<Uint8Array | undefined>> {
    const places = indexes.map((index) => ({ ...placeOf(index), name: '' }))
    for (const place of places) place.name = this.#cacheName(place)
    const packs = await this.#load(new Map(places.map((place) => [place.name, place])))
    return places.map(({ name, slot }) => hashAt(packs.get(name)!, slot))
  }

  /** What a change does to the packs. To be called in the order of the writes, with none under way. */
  async prepare({ nodes = [], blocks = [] }: FeedChange): Promise<PackChange> {
    const changed = new Map<string, ChangedPack>()
    for (const { index, hash } of nodes) this.#place(changed, index, hash)
    // The leaf of a block that is here is known, whether or not it was among the nodes: getBlock finds the block by it.
    for (const { index, hash } of blocks) this.#place(changed, 2 * index, hash)
    const before = await this.#load(changed)
    const replaced: Leaf[] = []
    const operations: Operation[] = []
    for (const pack of changed.values()) {
      const old = before.get(pack.name)!
      replaced.push(...leavesReplaced(pack, old))
      pack.bytes = withHashes(old, pack.hashes)
      operations.push({ type: 'put', key: packKey(this.#feed, pack.band, pack.pack), value: pack.bytes })
    }
    return { packs: [...changed.values()], replaced, operations }
  }

  /** Runs the write of a change; the cache shows the new packs when it has resolved. */
  async write({ packs }: PackChange, run: () => Promise<void>): Promise<void> {
    this.#epoch++
    for (const { band, pack } of packs) if (this.#last) this.#last[band] = Math.max(this.#last[band] ?? -1, pack)
    try {
      await run()
      for (const { name, bytes } of packs) this.#cache.set(name, bytes)
    } catch (error) {
      // Only the database knows what it has now.
      for (const { name } of packs) this.#cache.delete(name)
      throw error
    } finally {
      this.#epoch++
    }
  }

  #place(changed: Map<string, ChangedPack>, index: number, hash: Uint8Array): void {
    if (hash.byteLength !== 32) throw new RangeError(`a hash has 32 bytes, not ${hash.byteLength}`)
    const { band, pack, slot } = placeOf(index)
    const name = this.#cacheName({ band, pack })
    let entry = changed.get(name)
    if (entry === undefined) {
      entry = { band, pack, name, hashes: new Map(), bytes: ABSENT }
      changed.set(name, entry)
    }
    entry.hashes.set(slot, hash)
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
    missing.forEach(([name], place) => {
      const pack = assertPack(read[place] ?? ABSENT)
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

function leavesReplaced(pack: ChangedPack, old: Uint8Array): Leaf[] {
  const replaced: Leaf[] = []
  for (const [slot, hash] of pack.hashes) {
    const block = blockAt(pack, slot)
    const before = block === undefined ? undefined : hashAt(old, slot)
    if (before?.some((byte, place) => byte !== hash[place])) replaced.push({ block: block!, hash: before })
  }
  return replaced
}
