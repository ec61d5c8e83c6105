import type { Work } from '../work.ts'
import type { Line } from './line.ts'
import { LIMITS_HEAD, limitsRow, PEERS_HEAD, peersRows } from './table.ts'

export interface Run {
  readonly lines: readonly Line[]
  readonly rounds: number
  readonly machine: string
}

/** docs/benchmarks.md: one run, and how to read it. */
export function page({ lines, rounds, machine }: Run, works: Readonly<Record<string, Work>>): string {
  const workOf = ({ work }: Line) => works[work] as Work
  return `# Benchmarks

\`npm run bench\` measures what anyfeed does beside a bare program that does only what cannot be avoided, the limit, and beside other systems at the same work. All take turns in one run, each in fresh processes; the figures are medians of ${rounds} round${rounds === 1 ? '' : 's'}, and the ratios are medians of the ratios within each round. Figures of another machine, or of another run, mean nothing beside these: only the ratios do.

This page was written by \`npm run bench -- --write\` on: ${machine}.

![How near to the limit](benchmarks.svg)

## Beside the limit

"Of the limit" is our figure divided by that of the limit program. Where more is better, the goal is a least share of the limit; where less is better, it is a most of the unit.

${LIMITS_HEAD}
${lines.map((line) => limitsRow(line, workOf(line))).join('\n')}

## Beside other systems

"anyfeed is" says how many times as fast or as small: above 1, anyfeed is ahead, whichever way is better. No other system is quite the same thing: what each does otherwise is said beside it. anyfeed itself verifies each block against the feed's id before it is stored, keeps its data where the line says, and encrypts only over libp2p.

${PEERS_HEAD}
${lines.flatMap((line) => peersRows(line, workOf(line))).join('\n')}

The names of the works are those of the lines above, in their order: ${lines.map(({ work }) => `\`${work}\``).join(', ')}.

## How it is measured

- Data is the same in every program, does not compress, and is checked byte for byte when the clock has stopped.
- The clock starts before the connection is made, and stops when the last block is stored, or, for reads, given to the reader; lines that say "connection open" start it behind the handshake.
- Processes run on one machine. Links of a given rate and delay are made by a small relay process (\`test/bench/links\`): each way, bytes leave it no sooner than such a link would have sent them, and it holds no more than the delay and a queue of 50 ms have room for.
- Where the system allows it, all runs in a network namespace that has loopback alone, so that no program can reach anything outside. Other systems have trackers, discovery, relays and bootstrap nodes turned off.
- Other systems are in a workspace of their own, \`test/bench/peers\`, which the benchmark installs on first need, without install scripts. One that cannot be installed or run is named with the reason.

| option | what it does |
| --- | --- |
| \`--only WORK\` | measures one line |
| \`--rounds N\` | 5 unless told |
| \`--json FILE\` | writes one JSON object a line: \`work\`, \`unit\`, \`better\`, \`limit\`, \`ours\`, \`ofLimit\`, \`goal\`, \`reached\`, \`peers\` and \`leftOut\` |
| \`--no-peers\` | leaves other systems out |
| \`--write\` | writes this page and its chart |
`
}
