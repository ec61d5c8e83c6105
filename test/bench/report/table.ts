import type { Work } from '../work.ts'
import { figure } from './figure.ts'
import type { Line } from './line.ts'

export const LIMITS_HEAD = head('work', 'limit program', 'unit', 'limit', 'anyfeed', 'of the limit', 'goal', 'reached')

/** A line beside the program that does only what cannot be avoided. */
export function limitsRow(line: Line, work: Work): string {
  const { unit, limit, ours, ofLimit, goal, better, reached } = line
  return row(
    work.title,
    work.limit.does,
    better === 'higher' ? unit : `${unit} (less is better)`,
    figure(limit),
    figure(ours),
    ofLimit.toFixed(2),
    better === 'higher' ? `${goal} of the limit` : `${goal} ${unit} at most`,
    reached ? 'yes' : 'no'
  )
}

export const PEERS_HEAD = head('work', 'system', 'figure', 'anyfeed is', 'goal', 'how it differs')

/** A line beside the other systems, best first, and those that are not there, with the reason. */
export function peersRows(line: Line, work: Work): string[] {
  const measured = Object.entries(line.peers)
    .toSorted(([, a], [, b]) => a.ratio - b.ratio)
    .map(([name, { version, value, ratio, goal }]) =>
      row(
        line.work,
        `${name.replace(/ \d+$/, '')} ${version}`,
        `${figure(value)} ${line.unit}`,
        times(ratio, line.better),
        goal === undefined ? '' : `${goal}×`,
        work.peers[name]?.differs ?? ''
      )
    )
  const missing = Object.entries({ ...work.without, ...line.leftOut }).map(([name, reason]) =>
    row(line.work, name, 'left out', '', '', reason)
  )
  return [...measured, ...missing]
}

function times(ratio: number, better: Line['better']): string {
  return `${figure(ratio)}× as ${better === 'higher' ? 'fast' : 'good'}`
}

function head(...cells: string[]): string {
  return `${row(...cells)}\n${row(...cells.map(() => '---'))}`
}

/** A row of a markdown table; what would end a cell or the row is replaced. */
function row(...cells: string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replace(/\s+/g, ' ').trim()).join(' | ')} |`
}
