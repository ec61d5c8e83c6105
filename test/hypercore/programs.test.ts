import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { rendezvous } from './rendezvous.ts'

const HELLO_WORLD = 'e1a31bb8716f0a0487377e22dbc7f0491fb47a712ac21519792a4e32cf56fb6f'
const node = createRequire(import.meta.url).resolve('node/bin/node')
const undo: Array<() => void | Promise<void>> = []

afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

interface Program {
  /** Resolves when a line was printed; rejects when the program ends without it. */
  printed(line: string): Promise<void>
  /** Resolves with the lines of a program that ends well. */
  done(): Promise<string[]>
}

/** Runs a program of 2016 in a folder of its own, on the built packages. */
function run(name: string, args: string[] = [], env: Record<string, string> = {}): Program {
  const cwd = mkdtempSync(join(tmpdir(), 'anyfeed-2016-'))
  const file = fileURLToPath(new URL(`./programs/${name}.cjs`, import.meta.url))
  const child: ChildProcess = spawn(node, [file, ...args], { cwd, env: { ...process.env, ...env } })
  const exit = once(child, 'close')
  undo.push(async () => {
    child.kill('SIGKILL')
    await exit
    rmSync(cwd, { recursive: true })
  })
  let stdout = ''
  let stderr = ''
  child.stdout!.on('data', (data) => {
    stdout += data
  })
  child.stderr!.on('data', (data) => {
    stderr += data
  })
  const lines = () => stdout.split('\n').slice(0, -1)
  return {
    printed(line) {
      return new Promise((resolve, reject) => {
        const look = () => lines().includes(line) && resolve()
        child.stdout!.on('data', look)
        exit.then(() => reject(new Error(`${name} ended without '${line}':\n${stdout}${stderr}`)))
        look()
      })
    },
    async done() {
      const [code] = await exit
      if (code !== 0) throw new Error(`${name} ended with ${code}:\n${stdout}${stderr}`)
      return lines()
    }
  }
}

describe('a program of 2016 runs with its require lines changed', () => {
  it('writes and reads', async () => {
    expect(await run('write-and-read').done()).toEqual([`data was stored as ${HELLO_WORLD}`, 'hello', 'world', 'world'])
  })

  it('replicates', async () => {
    expect((await run('replicate').done()).sort()).toEqual(
      ['blocks: 2', 'hello', 'world true true false', 'null'].sort()
    )
  })

  it('uses feeds', async () => {
    const id = 'd55de86ab6c2db2d236913d1db6755f01c0a53f90f9917751dad8f6928057855'
    const lines = await run('feeds').done()
    expect(lines).toEqual([
      'has true false',
      `interested ${id}`,
      `finalized ${id} 3`,
      'no more',
      `listed ${id}`,
      `uninterested ${id}`
    ])
  })

  it('sends extension messages', async () => {
    expect(await run('ping').done()).toEqual(['got pong!', 'got pong!'])
  })

  it('finds peers and fetches a feed from them over sockets', async () => {
    const meeting = await rendezvous()
    undo.push(() => meeting.close())
    const env = { RENDEZVOUS: `${meeting.port}` }
    const readers = [run('share', ['read'], env), run('share', ['read'], env)]
    const writer = run('share', ['write'], env)
    await writer.printed(`data was stored as ${HELLO_WORLD}`)
    for (const reader of readers) {
      await reader.printed('hello')
      await reader.printed('world')
      await reader.printed('that was all')
    }
  })
})
