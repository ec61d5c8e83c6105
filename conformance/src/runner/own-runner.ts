import type { Notice } from '../suite/options.ts'
import type { Runner } from '../suite/runner.ts'

/** What became of one case. */
export interface CaseResult {
  /** The seam and what was tested: `storage: my files`. */
  readonly suite: string
  readonly name: string
  readonly title: string
  readonly status: 'passed' | 'failed' | 'skipped'
  /** Why it was skipped. */
  readonly reason?: string
  /** What was wrong. */
  readonly error?: string
}

/** A test runner of few lines, for those who have no other. */
export interface OwnRunner extends Runner {
  /** Runs what was described so far, one after the other. */
  run(onResult?: (result: CaseResult) => void): Promise<CaseResult[]>
}

/** All that came of a run. */
export interface RunResult {
  readonly results: readonly CaseResult[]
  readonly notices: readonly Notice[]
}

interface Registered {
  readonly suite: string
  readonly title: string
  readonly body: (() => Promise<void>) | undefined
}

export function createRunner(): OwnRunner {
  const path: string[] = []
  let registered: Registered[] = []
  const register = (title: string, body?: () => Promise<void>) => {
    registered.push({ suite: path.join(' '), title, body })
  }
  return {
    describe(name, body) {
      path.push(name)
      try {
        body()
      } finally {
        path.pop()
      }
    },
    it: Object.assign((title: string, body: () => Promise<void>) => register(title, body), {
      skip: (title: string) => register(title)
    }),
    async run(onResult) {
      const results: CaseResult[] = []
      for (const each of registered) {
        const result = await resultOf(each)
        results.push(result)
        onResult?.(result)
      }
      registered = []
      return results
    }
  }
}

async function resultOf({ suite, title, body }: Registered): Promise<CaseResult> {
  const [, name = title, rest = '', reason = ''] = /^(\S+?)(?:: (.*)| \[skipped: (.*)\])$/s.exec(title) ?? []
  if (body === undefined) return { suite, name, title: rest, status: 'skipped', reason }
  try {
    await body()
    return { suite, name, title: rest, status: 'passed' }
  } catch (error) {
    const { name: kind, message } = error as Error
    return {
      suite,
      name,
      title: rest,
      status: 'failed',
      error: kind === 'ConformanceError' ? message : `${kind}: ${message}`
    }
  }
}
