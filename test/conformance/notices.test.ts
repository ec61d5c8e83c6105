import {
  createRunner,
  discoveryConformance,
  type Notice,
  type OwnRunner,
  type SuiteOptions,
  storageConformance
} from '@anyfeed/conformance'
import { expect, it } from 'vitest'
import { bittorrentDiscoveryOptions, mdnsDiscoveryOptions } from './adapters/discoveries.ts'
import { discoveryOptions } from './broken/discoveries.ts'
import { storageOptions } from './broken/storages.ts'

type Describe = (runner: OwnRunner, shared: Pick<SuiteOptions, 'only' | 'report'>) => void

const FORGETTING = 'discovery.left.forgotten-in-time'
const OPTIONAL = 'storage.supports.optional-members'

/** What is told of an adapter by one case, which it passes. */
async function noticesOf(only: string, describeWith: Describe): Promise<Notice[]> {
  const notices: Notice[] = []
  const runner = createRunner()
  describeWith(runner, { only: [only], report: (notice) => notices.push(notice) })
  const results = await runner.run()
  expect(results.map(({ name, status }) => [name, status])).toEqual([[only, 'passed']])
  expect(notices.filter(({ name }) => name !== only)).toEqual([])
  return notices
}

it.each<[what: string, caseName: string, count: number, Describe]>([
  [
    'a discovery that says it forgets later than it does',
    FORGETTING,
    1,
    (runner, shared) => {
      const fault = discoveryOptions(({ supports }) => ({ supports: { ...supports, forgetsAfter: 10_000 } }))
      discoveryConformance(runner, { ...fault, ...shared })
    }
  ],
  [
    'multicast DNS, which allows for a goodbye that gets lost',
    FORGETTING,
    1,
    (runner, shared) => discoveryConformance(runner, { ...mdnsDiscoveryOptions(), ...shared })
  ],
  [
    'the BitTorrent DHT, which forgets no sooner than it says',
    FORGETTING,
    0,
    (runner, shared) => discoveryConformance(runner, { ...bittorrentDiscoveryOptions(), ...shared })
  ],
  [
    'a store with optional members that the suite was not told of',
    OPTIONAL,
    3,
    (runner, shared) => storageConformance(runner, { ...storageOptions(), optional: [], ...shared })
  ],
  [
    'a store with those that it was told of',
    OPTIONAL,
    0,
    (runner, shared) => storageConformance(runner, { ...storageOptions(), ...shared })
  ]
])('what is claimed of %s is told where it is too little (%s: %i)', async (_, caseName, count, describeWith) => {
  expect((await noticesOf(caseName, describeWith)).length).toBe(count)
})

it('a store that was said to have an optional member, and has none, fails', async () => {
  const runner = createRunner()
  const options = storageOptions({ store: () => ({ findBlock: undefined }) as never })
  storageConformance(runner, { ...options, only: [OPTIONAL] })
  expect((await runner.run()).map(({ status }) => status)).toEqual(['failed'])
})
