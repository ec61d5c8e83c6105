import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as errors from '@anyfeed/interfaces'
import { createMemoryHub, memoryTransport } from '@anyfeed/transport-memory'
import { messagePortTransport } from '@anyfeed/transport-messageport'
import { tcpTransport } from '@anyfeed/transport-tcp'
import { describe, expect, it } from 'vitest'
import * as limits from '../../packages/core/src/limits.ts'
import { root } from './program.ts'

const read = (path: string) => readFileSync(join(root, path), 'utf8')
const inDigits = (value: number) => value.toLocaleString('en-US')

describe('docs/errors.md', () => {
  const page = read('docs/errors.md')
  const codes = [...new Set(read('packages/interfaces/src/errors.ts').match(/\bERR_[A-Z_]+\b/g))]

  it.each(codes)('has a row for %s', (code) => {
    expect(page).toContain(`\n| \`${code}\` |`)
  })

  it('names no code that does not exist, and every class', () => {
    expect(codes).toEqual(expect.arrayContaining(page.match(/\bERR_[A-Z_]+\b/g) as string[]))
    for (const [name, value] of Object.entries(errors)) {
      if (typeof value === 'function' && value.prototype instanceof Error) expect(page).toContain(`\`${name}\``)
    }
  })
})

describe('docs/limits.md', () => {
  const page = read('docs/limits.md')
  // Each table says in its head below which folder its files are.
  let folder = ''
  const rows = page.split('\n').flatMap((line) => {
    folder = /^\|.* in (packages\/\S+) \|$/.exec(line)?.[1] ?? folder
    const row = /^\| .* \| ([\d,]+)(?: bytes)? \| `(\S+\.ts)` `([A-Z_]+)` \|$/.exec(line)
    return row === null ? [] : [{ folder, value: row[1] as string, file: row[2] as string, name: row[3] as string }]
  })

  it('has every exported limit', () => {
    expect(rows.map(({ file, name }) => `${file} ${name}`)).toEqual(
      expect.arrayContaining(Object.keys(limits).map((name) => `limits.ts ${name}`))
    )
  })

  it.each(rows)('$file $name is $value', ({ folder, file, name, value }) => {
    const exported = file === 'limits.ts' ? Object.entries(limits).find(([each]) => each === name)?.[1] : undefined
    expect(inDigits(exported ?? constantIn(`${folder}/${file}`, name))).toBe(value)
  })

  it('has what the transports hold', () => {
    expect(page).toContain(`\`@anyfeed/transport-tcp\` | ${inDigits(tcpTransport().supports.maxBuffered)} bytes |`)
    const memory = memoryTransport(createMemoryHub())
    expect(page).toContain(`\`@anyfeed/transport-memory\` | ${inDigits(memory.supports.maxBuffered)} bytes |`)
    const ports = messagePortTransport()
    expect(page).toContain(`\`@anyfeed/transport-messageport\` | ${inDigits(ports.supports.maxBuffered)} bytes |`)
  })
})

describe('docs/architecture.md', () => {
  const page = read('docs/architecture.md')

  it('has a reason for every dependency', () => {
    const { workspaces } = JSON.parse(read('package.json')) as { workspaces: string[] }
    const names = ['.', ...workspaces].flatMap((folder) => {
      const { dependencies, devDependencies } = JSON.parse(read(`${folder}/package.json`))
      return Object.keys({ ...dependencies, ...devDependencies })
    })
    const others = names.filter((name) => !/^(@anyfeed\/.*|anyfeed)$/.test(name))
    expect(others.filter((name) => !page.includes(`\`${name}\``))).toEqual([])
  })
})

describe('the pages', () => {
  const pages = [...readdirSync(root), ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`)]

  it.each(pages.filter((page) => page.endsWith('.md')))('%s links to nothing that is not there', (page) => {
    for (const [, target = ''] of read(page).matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)) {
      expect(existsSync(join(root, dirname(page), target)), target).toBe(true)
    }
  })
})

/** The value of a constant that its source gives as an arithmetic expression of numbers. */
function constantIn(file: string, name: string): number {
  const [, expression] = new RegExp(`^(?:export )?const ${name} = ([\\d_ */+-]+)$`, 'm').exec(read(file)) ?? []
  if (expression === undefined) throw new Error(`${file} has no constant ${name} of plain numbers`)
  return Function(`return ${expression}`)() as number
}
