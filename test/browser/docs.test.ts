import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, describe, it } from 'vitest'
import { BUNDLERS } from '../bundles/bundle.ts'
import { codeBlocks } from '../docs/code-blocks.ts'
import { ProgramFolder, root } from '../docs/program.ts'
import { Browser } from './browser.ts'
import { Site } from './site.ts'

const blocks = codeBlocks(readFileSync(join(root, 'docs/browser.md'), 'utf8'))
const program = (word: string) => {
  const found = blocks.filter(({ words }) => words.includes(word))
  if (found.length !== 1) throw new Error(`docs/browser.md has ${found.length} blocks of ${word}`)
  return found[0]?.text ?? ''
}

const browser = new Browser()
const folder = new ProgramFolder()
let child: ChildProcess | undefined
let said: Promise<string>
afterAll(async () => {
  await browser.close()
  if (child?.exitCode === null) {
    child.kill()
    await once(child, 'exit')
  }
  folder.remove()
})

describe('docs/browser.md', () => {
  it.each(Object.entries(BUNDLERS))('its page, bundled by %s, fetches what its Node program has', async (_, bundle) => {
    if (child === undefined) {
      const file = folder.write('node-program.ts', program('node-program'))
      child = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'inherit'] })
      said = once(createInterface(child.stdout as NodeJS.ReadableStream), 'line').then(([line]) => line)
    }
    const site = new Site({ '/page.js': (await bundle(program('page-program'))).text })
    const page = await browser.open(`${await site.open()}#${encodeURIComponent(await said)}`)
    await page.getByText('It runs in Node and in the browser.').waitFor()
    await page.close()
    site.close()
  })

  it('its tabs read what its worker has', async () => {
    const bundle = BUNDLERS.esbuild as (typeof BUNDLERS)[string]
    const site = new Site({
      '/page.js': (await bundle(program('tab-program'))).text,
      '/worker.js': (await bundle(program('worker-program'))).text
    })
    const url = await site.open()
    // What the worker writes has always the same id.
    const id = 'e043c84ac8753238745b0b8496441214a67ca7199532d4aa97334eeac0772bcf'
    for (const page of [await browser.open(`${url}#${id}`), await browser.open(`${url}#${id}`)]) {
      await page.getByText('One worker has it, every tab reads it.').waitFor()
    }
    site.close()
  })
})
