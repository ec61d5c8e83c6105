import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { PROGRAM } from './anyfeed.ts'

const LOADED = fileURLToPath(new URL('loaded.child.ts', import.meta.url))

/** The modules that the program loads, by their addresses. */
async function loaded(...args: string[]): Promise<string[]> {
  const { stderr } = await promisify(execFile)(process.execPath, ['--import', LOADED, PROGRAM, ...args])
  return JSON.parse(stderr) as string[]
}

it('libp2p is not loaded for commands that do not use it', async () => {
  const modules = await loaded('--version')
  expect(modules.some((url) => url.includes('/transport-libp2p/'))).toBe(true)
  expect(modules.filter((url) => /\/node_modules\/(libp2p|@libp2p)\//.test(url))).toEqual([])
})
