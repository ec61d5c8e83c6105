import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { codeBlocks, extensionOf, runnablePrograms } from './code-blocks.ts'
import { ProgramFolder, root } from './program.ts'

const programs = runnablePrograms(readFileSync(join(root, 'README.md'), 'utf8'))
// One folder for all, and one after the other: what one program stores, the next may read.
const folder = new ProgramFolder()
afterAll(() => folder.remove())

describe('the README', () => {
  it('has programs that run', () => {
    expect(programs.length).toBeGreaterThanOrEqual(4)
    for (const { line, prints } of programs) expect(prints, `line ${line} shows what it prints`).toBeDefined()
  })

  for (const program of programs) {
    it(`line ${program.line} prints what it says`, async () => {
      const file = folder.write(`line-${program.line}${extensionOf(program)}`, program.text)
      expect(await folder.run(file)).toBe(program.prints)
    })
  }
})

describe('code blocks', () => {
  it('are found with their words, and programs with their output', () => {
    const page = ['```js runnable', 'a', '```', 'text', '```text output', 'b', '```', '```sh', '```', ''].join('\n')
    expect(codeBlocks(page).map(({ line }) => line)).toEqual([1, 5, 8])
    expect(runnablePrograms(page)).toEqual([{ language: 'js', text: 'a\n', line: 1, prints: 'b\n' }])
    expect(() => codeBlocks('```js\n')).toThrow('never closed')
  })

  it('that fail are told of', async () => {
    await expect(folder.run(folder.write('fails.mjs', "throw new Error('planted')"))).rejects.toThrow('planted')
  })
})
