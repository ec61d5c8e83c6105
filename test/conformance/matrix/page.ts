import type { CellResult } from './run-cell.ts'

/** What a cell says in a table. */
export function inWords(result: CellResult): string {
  const { passed, skipped, failed, cannot } = result
  if (cannot !== null) return 'cannot be'
  if (wasLeftOut(result)) return 'left out'
  const parts = [`${passed} passed`]
  if (skipped.length > 0) parts.push(`${skipped.length} skipped`)
  if (failed.length > 0) parts.push(`${failed.length} FAILED`)
  return parts.join(', ')
}

/** Whether none of a cell's cases was run, though they could have been elsewhere. */
export function wasLeftOut({ passed, skipped, failed, cannot }: CellResult): boolean {
  return cannot === null && passed + failed.length === 0 && skipped.length > 0
}

/** docs/conformance-matrix.md. */
export function matrixPage(results: readonly CellResult[]): string {
  const storages = unique(results.map(({ storage }) => storage))
  const failures = results.flatMap((result) => result.failed.map((failed) => ({ ...result, ...failed })))
  return [
    '# The conformance matrix',
    '',
    'Every storage with every transport and every discovery of this repository, each cell run with the whole stack suite of `@anyfeed/conformance`; and the original hypercore 1.8.0 as a peer of ours over each transport and discovery. `npm run conformance` runs it and writes this page.',
    '',
    'Rows *in a page* are run by Chromium, all peers of a case in one page: memory; MessagePorts; libp2p over WebSockets to a Node process and back, by a relay without limits; libp2p over WebRTC, introduced by that process; the DHT is kept by the process. They are a selection in which each two adapters are together. In the rows below them a page and a Node process, or two pages, are the peers, with cases of their own (reload, who carries the blocks).',
    ...storages.flatMap((storage) => [
      '',
      `## ${storage}`,
      '',
      ...table(results.filter((each) => each.storage === storage))
    ]),
    '',
    '## What cannot be',
    '',
    ...grouped(results.flatMap(({ cannot, ...cell }) => (cannot === null ? [] : [[cannot, pair(cell)] as const]))),
    '',
    '## What was skipped',
    '',
    ...grouped(
      results.flatMap(({ storage, skipped }) =>
        skipped.map(({ name, reason }) => [reason, `\`${name}\` on ${storage}`] as const)
      )
    ),
    ...(failures.length === 0 ? [] : ['', '## What failed', '']),
    ...failures.map((each) => `- ${each.storage}, ${pair(each)}: \`${each.name}\`: ${each.error}`),
    ''
  ].join('\n')
}

function table(results: readonly CellResult[]): string[] {
  const transports = unique(results.map(({ transport }) => transport))
  const discoveries = unique(results.map(({ discovery }) => discovery))
  const cell = (transport: string, discovery: string) => {
    const result = results.find((each) => each.transport === transport && each.discovery === discovery)
    return result === undefined ? 'not run' : inWords(result)
  }
  return [
    `| | ${discoveries.join(' | ')} |`,
    `| --- |${' --- |'.repeat(discoveries.length)}`,
    ...transports.map((each) => `| ${each} | ${discoveries.map((discovery) => cell(each, discovery)).join(' | ')} |`)
  ]
}

function pair({ transport, discovery }: Pick<CellResult, 'transport' | 'discovery'>): string {
  return `${transport} with ${discovery}`
}

/** A line for each reason, with what it is the reason for. */
function grouped(entries: ReadonlyArray<readonly [reason: string, what: string]>): string[] {
  const reasons = unique(entries.map(([reason]) => reason))
  return reasons.map((reason) => {
    const what = unique(entries.filter(([each]) => each === reason).map(([, each]) => each))
    return `- ${reason}: ${what.join('; ')}`
  })
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)]
}
