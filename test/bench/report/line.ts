import type { Figures } from '../rounds.ts'
import type { Work } from '../work.ts'
import { median, medianRatio } from './median.ts'

/** What became of another system at a line. */
export interface PeerLine {
  readonly version: string
  /** Its median, in the line's unit. */
  readonly value: number
  /** How many times better ours is: more of what there is to be more of, or less of what there is to be less of. */
  readonly ratio: number
  /** What the ratio is to be, at least, where something was promised. */
  readonly goal?: number
}

/** One line of the table, as `--json` writes it. */
export interface Line {
  readonly work: string
  readonly unit: string
  readonly better: 'higher' | 'lower'
  /** The median of the limit program, in units. */
  readonly limit: number
  /** Our median, in units. */
  readonly ours: number
  /** The median of ours / limit, whichever way is better. */
  readonly ofLimit: number
  /** Where higher is better, the least `ofLimit`; where lower is, the most of `ours`. */
  readonly goal: number
  readonly reached: boolean
  readonly peers: Readonly<Record<string, PeerLine>>
  /** Other systems that were not measured, and why. */
  readonly leftOut: Readonly<Record<string, string>>
}

/** Puts the figures of all rounds into one line; `versions` has those of the peers. */
export function lineOf(name: string, work: Work, figures: Figures, versions: Readonly<Record<string, string>>): Line {
  const ours = median(figures.ours)
  const ofLimit = medianRatio(figures.ours, figures.limit)
  const better = work.better
  const peers = Object.entries(figures.peers).map(([peer, values]) => {
    const ratio = better === 'higher' ? medianRatio(figures.ours, values) : medianRatio(values, figures.ours)
    const goal = work.peers[peer]?.goal
    const line = { version: versions[peer] ?? 'unknown', value: median(values), ratio }
    return [peer, goal === undefined ? line : { ...line, goal }] as const
  })
  return {
    work: name,
    unit: work.unit,
    better,
    limit: median(figures.limit),
    ours,
    ofLimit,
    goal: work.goal,
    reached: better === 'higher' ? ofLimit >= work.goal : ours <= work.goal,
    peers: Object.fromEntries(peers),
    leftOut: figures.leftOut
  }
}

/** One JSON object a line. */
export function jsonLines(lines: readonly Line[]): string {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('')
}
