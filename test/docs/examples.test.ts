import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ProgramFolder, root } from './program.ts'

const examples = join(root, 'docs/examples')

describe('the example', () => {
  // The folders are adapters, which adapters.test.ts puts to the suite.
  for (const name of readdirSync(examples).filter((name) => name.endsWith('.ts'))) {
    it(`${name} prints what it says`, async () => {
      const file = join(examples, name)
      const { lines, ordered } = said(readFileSync(file, 'utf8'))
      const folder = new ProgramFolder()
      try {
        const printed = (await folder.run(file)).trimEnd().split('\n')
        expect(ordered ? printed : printed.toSorted()).toEqual(ordered ? lines : lines.toSorted())
      } finally {
        folder.remove()
      }
    })
  }
})

/** What the comment at an example's end says that it prints. */
function said(text: string): { lines: string[]; ordered: boolean } {
  const [, order, comment] =
    /\n\/\/ Prints(, in some order)?:\n((?:\/\/ {3}.*\n)+)$/.exec(text.replaceAll('\r', '')) ?? []
  if (comment === undefined) throw new Error('an example ends with a comment that says what it prints')
  return { lines: comment.match(/(?<=^\/\/ {3}).*$/gm) ?? [], ordered: order === undefined }
}
