import type { Discovery } from '@anyfeed/interfaces'
import { backOff } from './back-off.ts'
import type { Seeking } from './search.ts'
import { optionsFor, type Sought } from './sought.ts'
import { sleep, within } from './waiting.ts'

const FIRST_INTERVAL = 2000

/** Keeps our addresses announced for a feed in one discovery. */
export class Announcement {
  /** Resolves, never rejects, once everything is withdrawn; a discovery that hangs is waited for no longer than is set. */
  readonly done: Promise<void>
  readonly #seeking: Seeking
  readonly #discovery: Discovery
  readonly #sought: Sought
  readonly #signal: AbortSignal
  #addresses: readonly string[] = []
  #changed = new AbortController()

  /** Until the signal fires. There is nothing to announce before `update` was called. */
  constructor(seeking: Seeking, discovery: Discovery, sought: Sought, signal: AbortSignal) {
    this.#seeking = seeking
    this.#discovery = discovery
    this.#sought = sought
    this.#signal = signal
    const stop = () => this.#changed.abort()
    signal.addEventListener('abort', stop)
    this.done = this.#run().finally(() => signal.removeEventListener('abort', stop))
  }

  /** Announces these addresses instead of those before. */
  update(addresses: readonly string[]): void {
    // To be withdrawn and announced anew takes time, in which we are not found.
    if (isEqual(addresses, this.#addresses)) return
    this.#addresses = addresses
    this.#changed.abort()
  }

  async #run(): Promise<void> {
    const { clock, chance, lookupInterval } = this.#seeking
    const pause = { first: Math.min(FIRST_INTERVAL, lookupInterval), longest: lookupInterval }
    let failures = 0
    while (!this.#signal.aborted) {
      this.#changed = new AbortController()
      const { signal } = this.#changed
      if (this.#addresses.length === 0) await whenAborted(signal)
      else {
        failures = (await this.#announce(signal)) ? 0 : failures + 1
        // One that gives up by itself is asked again later.
        if (!signal.aborted) await sleep(clock, backOff(pause, Math.max(1, failures), chance()), signal)
      }
    }
  }

  /** Returns whether all went well. */
  async #announce(signal: AbortSignal): Promise<boolean> {
    const { clock, closeTimeout, warnings } = this.#seeking
    const { name } = this.#discovery
    try {
      const announced = this.#start(signal)
      await Promise.race([announced, whenAborted(signal)])
      await within(clock, closeTimeout, `withdrawing from ${name}`, announced)
      warnings.works('announce', name)
      return true
    } catch (error) {
      warnings.failed('announce', name, error)
      return false
    }
  }

  async #start(signal: AbortSignal): Promise<void> {
    const options = optionsFor(this.#discovery, this.#sought, signal)
    await this.#discovery.announce(this.#sought.hash, this.#addresses, options)
  }
}

function isEqual(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((address, i) => address === b[i])
}

function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
