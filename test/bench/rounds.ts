import { type MeasureOptions, measure } from './processes/measure.ts'
import type { Task } from './processes/task.ts'
import type { Size, Work } from './work.ts'

/** The figures of one line: a list for each program, in the line's unit, one figure a round. */
export interface Figures {
  readonly limit: number[]
  readonly ours: number[]
  readonly peers: Record<string, number[]>
  /** The peers that could not be measured, and why. */
  readonly leftOut: Record<string, string>
}

export interface RoundOptions extends MeasureOptions {
  readonly rounds: number
  readonly size: Size
  readonly folder: string
  /** The peers that are to take part. */
  readonly peers: readonly string[]
  /** Runs one program; by default in fresh processes. */
  readonly run?: (task: Task, options: MeasureOptions) => Promise<number>
}

/**
 * Runs the limit, ours and each peer in turn, round after round: what else the machine does meanwhile hits all alike.
 * A peer that fails is left out from then on; a failure of the limit or of ours rejects.
 */
export async function runRounds(name: string, work: Work, options: RoundOptions): Promise<Figures> {
  const { rounds, size, folder, isolated, run = measure } = options
  const figures: Figures = { limit: [], ours: [], peers: {}, leftOut: {} }
  const once = async (who: string, size: Size) =>
    work.value(await run({ work: name, who, size, folder }, { isolated }), size)
  for (let round = 0; round < rounds; round++) {
    figures.limit.push(await once('limit', size))
    figures.ours.push(await once('ours', size))
    for (const peer of options.peers) {
      if (peer in figures.leftOut) continue
      try {
        const value = await once(peer, size === work.size ? (work.peers[peer]?.size ?? size) : size)
        figures.peers[peer] = [...(figures.peers[peer] ?? []), value]
      } catch (error) {
        figures.leftOut[peer] = (error as Error).message
        delete figures.peers[peer]
      }
    }
  }
  return figures
}
