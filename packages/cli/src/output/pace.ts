const LEAST_MS = 200
/** What counts as a step where the end is not known: a mebibyte, or as many blocks. */
const STEP = 1024 * 1024

/** When progress is worth telling: at each percent (or mebibyte), and otherwise five times a second. */
export class Pace {
  #told = -Infinity
  #step = -1

  /** Whether to tell now, at `now` milliseconds, that `done` of `total` is done. */
  due(done: number, total: number | undefined, now: number): boolean {
    const step = Math.floor(total ? (100 * done) / total : done / STEP)
    if (step === this.#step && now - this.#told < LEAST_MS) return false
    this.#step = step
    this.#told = now
    return true
  }
}
