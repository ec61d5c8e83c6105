/** What counts as now, in milliseconds. */
const WINDOW_MS = 3000

/** The rate of something that grows, over the last three seconds. */
export class Rate {
  readonly #samples: Array<{ readonly at: number; readonly value: number }> = []
  #grown = false

  /** It has grown to `value` at `at`, in milliseconds of any clock. */
  sample(value: number, at: number): void {
    const last = this.#samples.at(-1)
    if (last !== undefined && value > last.value) this.#grown = true
    this.#samples.push({ at, value })
    // One sample older than the window stays, so that the window is covered from its start.
    while ((this.#samples[1]?.at ?? Infinity) <= at - WINDOW_MS) this.#samples.shift()
  }

  /** By how much it grows in a second; `undefined` as long as it has not grown at all. */
  at(now: number): number | undefined {
    const first = this.#samples[0]
    const last = this.#samples.at(-1)
    if (!this.#grown || first === undefined || last === undefined || now <= first.at) return undefined
    return ((last.value - first.value) / (now - first.at)) * 1000
  }
}
