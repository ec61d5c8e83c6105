import { execFile } from 'node:child_process'
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { root } from './program.ts'

const run = promisify(execFile)
const npm = process.env.npm_execpath
const PACKED = [
  'packages/interfaces',
  'packages/core',
  'packages/swarm',
  'conformance',
  'node_modules/@noble/hashes',
  'node_modules/eventemitter3'
]

/** The adapters of docs/writing-an-adapter.md, and how many cases each must pass. */
const adapters = [
  ['file-storage', 53],
  ['thread-transport', 39],
  ['folder-discovery', 18]
] as const

// A folder like that of somebody who has nothing but what was published.
const folder = mkdtempSync(join(tmpdir(), 'anyfeed-adapters-'))

function runNpm(args: readonly string[], cwd: string) {
  if (npm !== undefined) return run(process.execPath, [npm, ...args], { cwd })
  return run('npm', [...args], { cwd, shell: process.platform === 'win32' })
}

beforeAll(async () => {
  const tarballs = join(folder, 'tarballs')
  mkdirSync(tarballs)
  const dependencies: Record<string, string> = {}
  for (const each of PACKED) {
    const from = join(root, each)
    const { stdout } = await runNpm(['pack', '--silent', '--ignore-scripts', '--pack-destination', tarballs], from)
    const { name } = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8')) as { name: string }
    dependencies[name] = `file:tarballs/${stdout.trim().split('\n').at(-1)}`
  }
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module', dependencies }))
  // An empty cache, and no network: nothing but the tarballs.
  const alone = ['--offline', '--cache', join(folder, 'cache')]
  await runNpm(['install', ...alone, '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'], folder)
  // What is not ours, and not what is tested here, comes from this tree.
  symlinkSync(join(root, 'node_modules/vitest'), join(folder, 'node_modules/vitest'), 'junction')
  for (const [name] of adapters) cpSync(join(root, 'docs/examples', name), join(folder, name), { recursive: true })
}, 120_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.each(adapters)('the adapter %s, with packed packages alone,', (name, least) => {
  const cwd = join(folder, name)

  it('depends on the interfaces, and is tested with the suite', () => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(join(cwd, 'package.json'), 'utf8'))
    expect(Object.keys(dependencies)).toEqual(['@anyfeed/interfaces'])
    expect(Object.keys(devDependencies)).toEqual(['@anyfeed/conformance'])
  })

  it('passes with node:test', async () => {
    const { stdout } = await run(process.execPath, ['--test', '--test-reporter=tap', 'test/node.test.ts'], { cwd })
    expect(stdout).toMatch(/^# fail 0$/m)
    expect(Number(/^# pass (\d+)$/m.exec(stdout)?.[1])).toBeGreaterThanOrEqual(least)
  })

  it('passes with vitest', async () => {
    const vitest = join(root, 'node_modules/vitest/vitest.mjs')
    const report = join(cwd, 'report.json')
    const args = [vitest, 'run', '--root', cwd, '--reporter=json', `--outputFile=${report}`, 'test/vitest.test.ts']
    await run(process.execPath, args, { cwd })
    const { numFailedTests, numPassedTests } = JSON.parse(readFileSync(report, 'utf8'))
    expect(numFailedTests).toBe(0)
    expect(numPassedTests).toBeGreaterThanOrEqual(least)
  })

  it('passes by the command, without a test runner', async () => {
    const { code, stdout } = await runCommand(['test/options.ts', '--json'], cwd)
    const { results } = JSON.parse(stdout) as { results: Result[] }
    expect(results.filter(({ status }) => status === 'failed')).toEqual([])
    expect(results.filter(({ status }) => status === 'passed').length).toBeGreaterThanOrEqual(least)
    expect(code).toBe(0)
  })
})

describe('the command, with packed packages alone,', () => {
  beforeAll(() => {
    cpSync(join(root, 'docs/examples/stack-of-three'), join(folder, 'stack-of-three'), { recursive: true })
    copyFileSync(join(root, 'test/docs/adapters/broken.js'), join(folder, 'broken.js'))
  })

  it('tries a stack that is made of all three', async () => {
    const { code, stdout } = await runCommand(['stack-of-three/options.ts', '--json'], folder)
    const { results } = JSON.parse(stdout) as { results: Result[] }
    expect(results.filter(({ status }) => status !== 'passed')).toEqual([])
    expect(new Set(results.map(({ suite }) => suite))).toEqual(new Set(['stack: files, threads and a folder']))
    expect(results.length).toBeGreaterThan(80)
    expect(code).toBe(0)
  }, 120_000)

  it('prints a table, and exits with 1 when a case fails', async () => {
    const cases = ['storage.commit.neighbours', 'storage.open.locked', 'storage.commit.large-batch']
    const { code, stdout } = await runCommand(['broken.js', ...cases.flatMap((name) => ['--only', name])], folder)
    expect(stdout).toMatch(/^ok +storage\.commit\.large-batch {2}/m)
    expect(stdout).toMatch(/^FAIL +storage\.commit\.neighbours .*\n {9}\S/m)
    expect(stdout).toMatch(/^skipped +storage\.open\.locked +no second opener/m)
    expect(stdout.trim().split('\n').at(-1)).toBe('1 passed, 1 skipped, 1 failed')
    expect(code).toBe(1)
  })

  it.each([[['nowhere.js']], [['package.json']], [[]], [['broken.js', '--only', 'no.such']]])(
    'exits with 2 when there is nothing to run: %j',
    async (args) => expect((await runCommand(args, folder)).code).toBe(2)
  )
})

interface Result {
  readonly suite: string
  readonly status: 'passed' | 'failed' | 'skipped'
}

/** `npx @anyfeed/conformance` with these arguments. */
async function runCommand(args: readonly string[], cwd: string): Promise<{ code: number; stdout: string }> {
  const command = join(folder, 'node_modules/@anyfeed/conformance/dist/main.js')
  try {
    const { stdout } = await run(process.execPath, [command, ...args], { cwd, maxBuffer: 16 * 1024 * 1024 })
    return { code: 0, stdout }
  } catch (error) {
    const { code, stdout } = error as { code: number; stdout: string }
    return { code, stdout }
  }
}
