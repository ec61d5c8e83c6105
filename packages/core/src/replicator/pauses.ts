import type { TradeDirection } from '../session/permission.ts'

const BOTH: readonly TradeDirection[] = ['serve', 'fetch']

/** What the user has paused of a feed, or of a peer. */
export class Pauses {
  readonly #paused = new Set<TradeDirection>()
  readonly #channels: Iterable<{ applyPauses(): void }>

  /** `channels`: those that are told when anything changes. */
  constructor(channels: Iterable<{ applyPauses(): void }>) {
    this.#channels = channels
  }

  has(direction: TradeDirection): boolean {
    return this.#paused.has(direction)
  }

  /** Pauses one direction, or both. */
  pause(direction?: TradeDirection): void {
    for (const each of directions(direction)) this.#paused.add(each)
    for (const channel of this.#channels) channel.applyPauses()
  }

  /** Goes on with one direction, or both. */
  resume(direction?: TradeDirection): void {
    for (const each of directions(direction)) this.#paused.delete(each)
    for (const channel of this.#channels) channel.applyPauses()
  }
}

function directions(direction: TradeDirection | undefined): readonly TradeDirection[] {
  if (direction === undefined) return BOTH
  if (!BOTH.includes(direction)) throw new TypeError(`a direction is ${BOTH.join(' or ')}`)
  return [direction]
}
