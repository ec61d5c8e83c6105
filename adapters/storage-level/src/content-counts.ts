import { type Content, decodeContent, encodeContent } from './content-codec.ts'
import type { Operation } from './database.ts'
import type { Journal } from './journal.ts'
import { type ByteKey, byteKey, contentKey, dataKey } from './keys.ts'

interface Counted {
  readonly key: Uint8Array
  readonly before: Content | undefined
  readonly number: number
  count: number
}

/**
 * How many places hold each content, as one batch changes it. Nobody else may count the same from {@link read} until
 * the batch was written.
 */
export class ContentCounts {
  readonly #counted = new Map<ByteKey, Counted>()

  /** With what the store has for these hashes; for others they get numbers. */
  static async read(db: Journal, hashes: readonly Uint8Array[]): Promise<ContentCounts> {
    const counts = new ContentCounts()
    const unique = new Map<ByteKey, Uint8Array>()
    for (const hash of hashes) unique.set(byteKey(hash), hash)
    const keys = Array.from(unique.values(), contentKey)
    const values = await db.getMany(keys)
    let place = 0
    for (const name of unique.keys()) {
      const value = values[place]
      const before = value && decodeContent(value)
      const { number, count } = before ?? { number: db.nextNumber(), count: 0 }
      counts.#counted.set(name, { key: keys[place]!, before, number, count })
      place++
    }
    return counts
  }

  /** Gives its number. */
  add(hash: Uint8Array): number {
    const counted = this.#counted.get(byteKey(hash))!
    counted.count++
    return counted.number
  }

  remove(hash: Uint8Array): void {
    const counted = this.#counted.get(byteKey(hash))!
    counted.count--
  }

  number(hash: Uint8Array): number {
    return this.#counted.get(byteKey(hash))!.number
  }

  /** The number of content that the store had before, or `undefined`. */
  stored(hash: Uint8Array): number | undefined {
    return this.#counted.get(byteKey(hash))!.before?.number
  }

  /** New counts, and the deletion of what nobody holds any more. */
  operations(): { readonly operations: Operation[]; readonly freed: number[] } {
    const operations: Operation[] = []
    const freed: number[] = []
    for (const { key, before, number, count } of this.#counted.values()) {
      if (count > 0) {
        if (count === before?.count) continue
        operations.push({ type: 'put', key, value: encodeContent({ number, count }) })
      } else if (before !== undefined) {
        operations.push({ type: 'del', key }, { type: 'del', key: dataKey(number) })
        freed.push(number)
      }
    }
    return { operations, freed }
  }
}
