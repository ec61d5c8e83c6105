import { type CatalogueEntry, catalogue } from '@anyfeed/conformance'
import { documentedPromises, interfacePromises, type Promised, protocolPromises } from './promises.ts'

const SUITES: Readonly<Record<CatalogueEntry['suite'], string>> = {
  storage: 'A storage',
  transport: 'A transport',
  discovery: 'A discovery',
  stack: 'A whole stack'
}

/** docs/conformance.md: all cases with what they quote, and all promises with what holds them. */
export function cataloguePage(): string {
  const suites = Object.entries(SUITES).flatMap(([suite, title]) => {
    const entries = catalogue.filter((each) => each.suite === suite)
    return [`## ${title}: ${entries.length} cases`, table('| case | what holds | quoted |', entries.map(caseRow))]
  })
  return `${[
    '# The catalogue of the conformance suites',
    'Written by `npm run catalogue`. Each case of `@anyfeed/conformance` has a name that stays the same from release to release, and quotes what it checks: a member of an interface, the documented API of hypercore 1.x (`api`), or the rules of the wire (`protocol`, which are in [protocol.md](protocol.md)). Which stacks pass them is in [the matrix](conformance-matrix.md); how to put an adapter of your own to them is in [writing an adapter](writing-an-adapter.md).',
    ...suites,
    '## The documented API, sentence by sentence',
    table('| sentence | held by |', documentedPromises().map(promiseRow)),
    '## The protocol, rule by rule',
    table('| rule | held by |', protocolPromises().map(promiseRow)),
    '## The interfaces, member by member',
    table('| member | held by |', interfacePromises().map(promiseRow))
  ].join('\n\n')}\n`
}

function table(head: string, rows: readonly string[]): string {
  return [head, head.replaceAll(/[^|]+/g, ' --- '), ...rows].join('\n')
}

function caseRow({ name, title, quotes }: CatalogueEntry): string {
  const quoted = quotes.map(({ source, text }) => `\`${source}\`: ${cell(text)}`)
  return `| \`${name}\` | ${cell(title)} | ${quoted.join('<br>')} |`
}

function promiseRow({ text, cases, tests }: Promised): string {
  const held = [...cases.map((name) => `\`${name}\``), ...tests.map(({ file, test }) => `\`${file}\`: ${cell(test)}`)]
  // Tables and links of the page that a rule is from mean nothing here.
  const plain = text.replaceAll(/\[([^\]]+)\]\([^)]+\)/g, '$1').replaceAll(/^[-|] | \|$/g, '')
  return `| ${cell(plain)} | ${held.join('<br>')} |`
}

function cell(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|').replaceAll('<', '&lt;')
}
