/** One half of a measurement: our code, or a bare program that does only the unavoidable work. */
export interface Side {
  /** Runs in a process of its own beside `run`, if given. Resolves with an address once it is ready. */
  serve?(): Promise<string>
  /** Does the work, and resolves with the seconds that it took. `address` is what `serve` gave. */
  run(address: string): Promise<number>
}

/** One line of the benchmark. */
export interface Work {
  readonly title: string
  readonly unit: 'MiB/s' | 'blocks/s'
  /** How many units the work has. */
  readonly amount: number
  /** What the bare program does. */
  readonly bare: string
  /** The share of the bare program's rate that is to be reached; none where the line only informs. */
  readonly goal?: number
  readonly ours: Side
  readonly limit: Side
}
