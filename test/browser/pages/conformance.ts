// The conformance suites in a page, for what keeps, moves and finds feeds there. Tests call `conformance`; the part of the
// page's address behind the `#` tells of the Node process through which pages reach each other.
import {
  type CaseResult,
  createRunner,
  type DiscoverySuiteOptions,
  type StorageSuiteOptions,
  stackConformance,
  storageConformance,
  type TransportSuiteOptions,
  transportConformance
} from '@anyfeed/conformance'
import { cellsOf, type NamedCell, nameOf, stackOf } from '../../conformance/matrix/cell.ts'
import { part } from '../../conformance/matrix/part.ts'
import { kadDhtOptions, memoryDiscoveryOptions } from './adapters/discoveries.ts'
import { browserLevelOptions, memoryOptions } from './adapters/storages.ts'
import { libp2pOptions, memoryTransportOptions, messagePortOptions } from './adapters/transports.ts'
import { DISCOVERIES, type Servers, STORAGES, TRANSPORTS } from './cells.ts'

const servers: Servers = JSON.parse(decodeURIComponent(location.hash.slice(1)))

/** Milliseconds for a case: all of its peers share one thread, which also encrypts for all of them. */
const TIMEOUT = 120_000

const storageOptions: Record<(typeof STORAGES)[number], () => StorageSuiteOptions> = {
  'memory, in a page': memoryOptions,
  'IndexedDB, in a page': browserLevelOptions
}
const transportOptions: Record<
  (typeof TRANSPORTS)[number],
  () => TransportSuiteOptions | Promise<TransportSuiteOptions>
> = {
  memory: memoryTransportOptions,
  MessagePort: messagePortOptions,
  'libp2p over WebSockets': () => libp2pOptions('WebSockets', servers.carrying),
  'libp2p over WebRTC': () => libp2pOptions('WebRTC', servers.introducing)
}
const discoveryOptions: Record<(typeof DISCOVERIES)[number], () => DiscoverySuiteOptions> = {
  memory: memoryDiscoveryOptions,
  'kad-dht': () => kadDhtOptions(servers.carrying)
}
const cells = cellsOf(
  STORAGES.map((name) => part(name, storageOptions[name])),
  TRANSPORTS.map((name) => part(name, transportOptions[name])),
  DISCOVERIES.map((name) => part(name, discoveryOptions[name]))
)

const conformance = {
  /** Runs the suites of storages and transports. */
  async runParts(): Promise<CaseResult[]> {
    const runner = createRunner()
    for (const options of [memoryOptions(), browserLevelOptions()]) storageConformance(runner, options)
    for (const options of [memoryTransportOptions(), messagePortOptions()]) transportConformance(runner, options)
    return await runner.run()
  },

  /** Runs the stack suite for one of the cells of the matrix. */
  async runCell(named: NamedCell): Promise<CaseResult[]> {
    const cell = cells.find((each) => Object.entries(nameOf(each)).every(([key, name]) => named[key as never] === name))
    const stack = cell && (await stackOf(cell))
    if (stack === undefined || 'cannot' in stack) throw new RangeError('there is no such stack')
    const runner = createRunner()
    stackConformance(runner, { ...stack, timeout: TIMEOUT })
    return await runner.run()
  }
}

Object.assign(globalThis, { conformance })
