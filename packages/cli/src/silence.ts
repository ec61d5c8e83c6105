/** Notices that nothing comes. Only the time counts in which something is waited for. */
export class Silence {
  readonly #controller = new AbortController()
  readonly #ms: number
  #timer: NodeJS.Timeout | undefined

  /** `ms`: how long is too long; 0 for never. */
  constructor(ms: number) {
    this.#ms = ms
  }

  /** Fires when nothing came for too long. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Somebody waits from now on. */
  begin(): void {
    if (this.#ms > 0) this.#timer ??= setTimeout(() => this.#controller.abort(), this.#ms)
  }

  /** Something came. */
  heard(): void {
    this.#timer?.refresh()
  }

  /** Nobody waits any more. */
  end(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
