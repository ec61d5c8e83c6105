import {
  createRunner,
  discoveryConformance,
  type OwnRunner,
  stackConformance,
  storageConformance,
  transportConformance
} from '@anyfeed/conformance'
import { createCore } from '@anyfeed/core'
import { describe, expect, it } from 'vitest'
import { coreFaults, stackOptions } from './broken/cores.ts'
import { discoveryFaults, discoveryOptions } from './broken/discoveries.ts'
import { storageFaults, storageOptions } from './broken/storages.ts'
import { transportFaults, transportOptions } from './broken/transports.ts'

/** What hangs for so long has failed: the sound ones need a thousandth of it. */
const TIMEOUT = 3000

type Broken = readonly [fault: string, caseName: string, describe: (runner: OwnRunner, only: string[]) => void]

const broken: readonly Broken[] = [
  ...storageFaults.map(
    ([fault, name, made]): Broken => [
      `a storage that ${fault}`,
      name,
      (runner, only) => storageConformance(runner, { ...storageOptions(made), only, timeout: TIMEOUT })
    ]
  ),
  ...transportFaults.map(
    ([fault, name, made]): Broken => [
      `a transport that ${fault}`,
      name,
      (runner, only) => transportConformance(runner, { ...transportOptions(made), only, timeout: TIMEOUT })
    ]
  ),
  ...discoveryFaults.map(
    ([fault, name, made]): Broken => [
      `a discovery that ${fault}`,
      name,
      (runner, only) => discoveryConformance(runner, { ...discoveryOptions(made), only, timeout: TIMEOUT })
    ]
  ),
  ...coreFaults.map(
    ([fault, name, Made]): Broken => [
      `a core that ${fault}`,
      name,
      (runner, only) =>
        stackConformance(runner, { ...stackOptions((options) => new Made(options)), only, timeout: TIMEOUT })
    ]
  )
]

it('there are as many broken adapters as were asked for, each with a fault of its own', () => {
  expect(broken.length).toBeGreaterThanOrEqual(24)
  expect(new Set(broken.map(([fault]) => fault)).size).toBe(broken.length)
})

describe.concurrent('fails in the case made for it:', () => {
  it.each(broken)('%s (%s)', async (_fault, name, describeWith) => {
    const runner = createRunner()
    describeWith(runner, [name])
    const results = await runner.run()
    expect(results.map(({ name, status }) => [name, status])).toEqual([[name, 'failed']])
  })
})

describe('passes without its fault:', () => {
  it.each([
    ['the storage', (runner: OwnRunner) => storageConformance(runner, storageOptions())],
    ['the transport', (runner: OwnRunner) => transportConformance(runner, transportOptions())],
    ['the discovery', (runner: OwnRunner) => discoveryConformance(runner, discoveryOptions())],
    ['the core', (runner: OwnRunner) => stackConformance(runner, stackOptions(createCore))]
  ])('%s', async (_name, describeWith) => {
    const runner = createRunner()
    describeWith(runner)
    const results = await runner.run()
    expect(results.filter(({ status }) => status === 'failed')).toEqual([])
    expect(results.filter(({ status }) => status === 'passed').length).toBeGreaterThan(15)
  })
})
