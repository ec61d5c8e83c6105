/** How much a program has to do: so many blocks of so many bytes each. */
export interface Size {
  readonly count: number
  readonly length: number
}

/** What a process that serves tells those that fetch: its TCP port, and what else they need to know. */
export interface Served {
  readonly port: number
  readonly [more: string]: string | number
}

/** What one measurement gives to a program besides its size. */
export interface Stage {
  /** Which of several equal holders this process is, from 0, and how many there are. */
  readonly holder: number
  readonly holders: number
  /** A folder that lives as long as the line is measured. */
  readonly folder: string
}

/** One way to do the work of a line: ours, a peer's, or a bare program that does only what cannot be avoided. */
export interface Program {
  /** Runs in a process of its own beside `run`, one for each holder. Resolves once it can be asked. */
  serve?(size: Size, stage: Stage): Promise<Served>
  /**
   * Does the work, makes sure that what came is right, and resolves with what the work took: seconds, unless the line
   * measures something else.
   */
  run(size: Size, served: readonly Served[], stage: Stage): Promise<number>
}

/** A bare program. */
export interface Limit extends Program {
  /** What it does, in a few words. */
  readonly does: string
}

/** Another system at the same work. */
export interface Peer extends Program {
  /** What it does otherwise than we do: where data lies, whether the link is encrypted, what is verified. */
  readonly differs: string
  /** For a system that would take minutes: less of the same work. */
  readonly size?: Size
  /** How many times its figure ours is to be, at least. */
  readonly goal?: number
}

/** A path between two processes. */
export interface Link {
  /** Milliseconds that a byte takes, each way. */
  readonly delay: number
  /** Bytes a second, each way; without it as many as come. */
  readonly rate?: number
}

/** One line of the benchmark. */
export interface Work {
  readonly title: string
  readonly unit: string
  /** Whether more or less of the unit is better. */
  readonly better: 'higher' | 'lower'
  readonly size: Size
  /** A size for a test of whether it runs at all. */
  readonly tiny: Size
  /** Turns what `run` resolved with into units. */
  value(result: number, size: Size): number
  /** Where higher is better, the least share of the limit; where lower is, the most units. */
  readonly goal: number
  /** How many processes serve; one unless told. */
  readonly holders?: number
  /** What lies between each of them and `run`; nothing unless told. */
  readonly link?: Link
  /** Done once before the first round, in a process of its own. */
  prepare?(size: Size, folder: string): Promise<void>
  readonly limit: Limit
  readonly ours: Program
  readonly peers: Readonly<Record<string, Peer>>
  /** Peers that have no such work, and why. */
  readonly without?: Readonly<Record<string, string>>
}
