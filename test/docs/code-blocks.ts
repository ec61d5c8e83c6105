/** A fenced block of a markdown page. */
export interface CodeBlock {
  readonly language: string
  /** The words behind the language, such as `runnable`. */
  readonly words: readonly string[]
  readonly text: string
  /** The line of its fence, from 1. */
  readonly line: number
}

/** A program of a page, and what it is said to print. */
export interface PageProgram {
  readonly language: string
  readonly text: string
  readonly line: number
  readonly prints: string | undefined
}

/** The fenced blocks of a page, in their order. Throws for a fence that is never closed. */
export function codeBlocks(markdown: string): CodeBlock[] {
  const blocks: CodeBlock[] = []
  let open: { language: string; words: string[]; line: number; lines: string[] } | undefined
  for (const [i, line] of markdown.split(/\r?\n/).entries()) {
    const fence = /^```(.*)$/.exec(line)
    if (open === undefined && fence !== null) {
      const [language = '', ...words] = (fence[1] ?? '').trim().split(/\s+/)
      open = { language, words, line: i + 1, lines: [] }
    } else if (open !== undefined && fence !== null) {
      const { lines, ...rest } = open
      blocks.push({ ...rest, text: lines.map((each) => `${each}\n`).join('') })
      open = undefined
    } else {
      open?.lines.push(line)
    }
  }
  if (open !== undefined) throw new Error(`the block that begins in line ${open.line} is never closed`)
  return blocks
}

/** The blocks that are marked `runnable`, each with the `output` block right behind it, where it has one. */
export function runnablePrograms(markdown: string): PageProgram[] {
  const blocks = codeBlocks(markdown)
  return blocks.flatMap(({ language, words, text, line }, i) => {
    if (!words.includes('runnable')) return []
    const next = blocks[i + 1]
    return [{ language, text, line, prints: next?.words.includes('output') ? next.text : undefined }]
  })
}

/** The file ending with which Node takes a program for what it is. */
export function extensionOf({ language, text }: PageProgram): string {
  const module = /^import .*from |^await /m.test(text) ? 'm' : 'c'
  return `.${module}${language === 'ts' ? 'ts' : 'js'}`
}
