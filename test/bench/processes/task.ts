import type { Program, Size, Work } from '../work.ts'

/** What one measurement is of. It crosses process borders as JSON. */
export interface Task {
  readonly work: string
  /** `limit`, `ours`, or a peer's name. */
  readonly who: string
  readonly size: Size
  readonly folder: string
}

/** The program of a line that is meant by `limit`, `ours` or a peer's name. */
export function programOf(work: Work, who: string): Program {
  const program = who === 'limit' ? work.limit : who === 'ours' ? work.ours : work.peers[who]
  if (program === undefined) throw new TypeError(`nobody called ${who} does this work`)
  return program
}
