import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const require = createRequire(import.meta.url)
const folder = fileURLToPath(new URL('./runners', import.meta.url))
const jestConfig = JSON.stringify({ rootDir: folder, testMatch: ['**/global.js'], transform: {} })

/** What became of each case, by its name. */
type Outcome = Record<string, 'passed' | 'failed' | 'skipped'>

interface RealRunner {
  readonly args: readonly string[]
  readonly env?: NodeJS.ProcessEnv
  outcome(report: string): Outcome
}

const runners: Readonly<Record<string, RealRunner>> = {
  'node:test': {
    args: ['--test', '--test-reporter=tap', join(folder, 'imported.js')],
    outcome: (report) =>
      outcomeOf(
        [...report.matchAll(/^ +(not )?ok \d+ - (storage\.\S+)(?:.*?(# SKIP))?/gm)].map(([, not, name, skip]) => [
          name as string,
          skip ? 'skipped' : not ? 'failed' : 'passed'
        ])
      )
  },
  mocha: {
    args: [
      require.resolve('mocha/bin/mocha.js'),
      '--timeout',
      '30000',
      '--reporter',
      'json',
      join(folder, 'global.js')
    ],
    outcome(report) {
      const { passes, failures, pending } = JSON.parse(report) as Record<string, Array<{ title: string }>>
      const named = (tests: Array<{ title: string }> = [], status: Outcome[string]) =>
        tests.map(({ title }) => [title, status] as const)
      return outcomeOf([...named(passes, 'passed'), ...named(failures, 'failed'), ...named(pending, 'skipped')])
    }
  },
  jest: {
    args: [
      '--experimental-vm-modules',
      join(dirname(require.resolve('jest/package.json')), 'bin/jest.js'),
      '--config',
      jestConfig,
      '--json',
      '--testTimeout=30000',
      '--watchman=false'
    ],
    outcome(report) {
      const { testResults } = JSON.parse(report) as {
        testResults: Array<{ assertionResults: Array<{ title: string; status: string }> }>
      }
      return outcomeOf(
        testResults
          .flatMap(({ assertionResults }) => assertionResults)
          .map(({ title, status }) => [title, status === 'pending' ? 'skipped' : (status as Outcome[string])])
      )
    }
  }
}

/** A title begins with the name of its case. */
function outcomeOf(titles: ReadonlyArray<readonly [title: string, Outcome[string]]>): Outcome {
  return Object.fromEntries(titles.map(([title, status]) => [title.replace(/(:| \[).*/s, ''), status]))
}

interface Run {
  readonly code: number
  readonly stdout: string
}

function run(args: readonly string[], isFaulty: boolean): Promise<Run> {
  // Nothing that this test's own runner has set.
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, ANYFEED_FAULTY: isFaulty ? 'yes' : 'no' }
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [...args], { cwd: folder, env, maxBuffer: 16 * 1024 * 1024 }, (error, stdout) => {
      if (error === null) resolve({ code: 0, stdout })
      else if (typeof error.code === 'number') resolve({ code: error.code, stdout })
      else reject(error)
    })
  })
}

const command = fileURLToPath(new URL('../../conformance/dist/main.js', import.meta.url))

/** What the suite's own runner says. */
async function expected(isFaulty: boolean): Promise<Outcome> {
  const { stdout } = await run([command, join(folder, 'options.js'), '--json'], isFaulty)
  const { results } = JSON.parse(stdout) as { results: Array<{ name: string; status: Outcome[string] }> }
  return Object.fromEntries(results.map(({ name, status }) => [name, status]))
}

const names = (outcome: Outcome, status: Outcome[string]) =>
  Object.keys(outcome).filter((name) => outcome[name] === status)

describe.each(Object.keys(runners))('by %s itself', (name) => {
  const { args, outcome } = runners[name] as RealRunner

  it('a sound store passes in each case, and what cannot be run is skipped', async () => {
    const [{ code, stdout }, ours] = await Promise.all([run(args, false), expected(false)])
    expect(outcome(stdout)).toEqual(ours)
    expect(code).toBe(0)
    expect(names(ours, 'failed')).toEqual([])
    expect(names(ours, 'passed').length).toBeGreaterThan(40)
    expect(names(ours, 'skipped').length).toBeGreaterThan(4)
  })

  it('a store with a fault fails in the cases that show it, and in no other', async () => {
    const [{ code, stdout }, ours] = await Promise.all([run(args, true), expected(true)])
    expect(outcome(stdout)).toEqual(ours)
    expect(code).not.toBe(0)
    expect(names(ours, 'failed')).toContain('storage.buffers.blocks-belong-to-reader')
    expect(names(ours, 'failed').length).toBeLessThan(5)
  })
})
