import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../..', import.meta.url))

export const readSource = (path: string): string => readFileSync(`${root}${path}`, 'utf8').replaceAll('\r', '')

/** A text in which neither line breaks, nor the asterisks of comments and of emphasis, nor a table's edges matter. */
export function normalised(text: string): string {
  return text
    .replaceAll(/^\s*\*/gm, ' ')
    .replaceAll('**', '')
    .replaceAll(/\s+/g, ' ')
    .trim()
}

/** The documented API of hypercore 1.x, a sentence each. */
export function documentedSentences(): string[] {
  return readSource('test/conformance/catalogue/documented-api.txt')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
}

/** The rules of docs/protocol.md: each paragraph, each point of a list, each row of a table. */
export function protocolRules(): string[] {
  const rules: string[] = []
  let code = false
  for (const line of readSource('docs/protocol.md').split('\n')) {
    if (line.startsWith('```')) code = !code
    const head = /^(#|\| (---|what|type|field) )/.test(line)
    if (!code && line.trim() !== '' && !line.startsWith('```') && !head) rules.push(normalised(line))
  }
  return rules
}

const sourceFiles = ['interfaces', 'core', 'swarm'].flatMap((name) =>
  readdirSync(`${root}packages/${name}/src`, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readSource(`packages/${name}/src/${file}`))
)

/** The files that declare `Feed`, for a source such as `Feed.get`, if they have such a member. */
export function declarationsOf(source: string): string[] {
  const [owner = '', member] = source.split('.')
  const declares = new RegExp(`\\b(interface|class|type) ${owner}\\b`)
  const has = member === undefined ? /^/ : new RegExp(`\\b${member}\\b ?[?(:<]`)
  return sourceFiles.filter((text) => declares.test(text) && has.test(text))
}

/** The text in which a quote of this source must be. */
export function textOf(source: string): string {
  if (source === 'api') return documentedSentences().join(' ')
  if (source === 'protocol') return protocolRules().join('\n')
  return declarationsOf(source).map(normalised).join('\n')
}
