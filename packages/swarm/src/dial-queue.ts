import type { DialGroup, KnownAddress } from './known-address.ts'

/** Whose turn it is to be dialled: the groups take turns, however many addresses each has. A turn costs O(1). */
export class DialQueue {
  readonly #turns = new Set<DialGroup>()

  /** The address is ready: its groups take part. */
  add(address: KnownAddress): void {
    for (const group of address.groups.keys()) this.#turns.add(group)
  }

  /** Forgets a group. */
  delete(group: DialGroup): void {
    this.#turns.delete(group)
  }

  /** The next address to be dialled, of the groups that may; `undefined` when there is none. Its state is to be changed at once. */
  next(may: (group: DialGroup) => boolean = () => true): KnownAddress | undefined {
    for (const group of this.#turns) {
      const [first] = group.ready
      if (first === undefined) {
        this.#turns.delete(group)
      } else if (may(group)) {
        // To the end of the line.
        this.#turns.delete(group)
        this.#turns.add(group)
        return first
      }
    }
    return undefined
  }
}
