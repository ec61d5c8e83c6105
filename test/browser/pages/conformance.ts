// The conformance suites in a page, for what keeps and moves feeds there. Tests call `conformance`.
import {
  type CaseResult,
  createRunner,
  type StorageSuiteOptions,
  stackConformance,
  storageConformance,
  type TransportSuiteOptions,
  transportConformance
} from '@anyfeed/conformance'
import { createMemoryRendezvous, memoryDiscovery } from '@anyfeed/discovery-memory'
import type { Storage } from '@anyfeed/interfaces'
import { levelStorage } from '@anyfeed/storage-level'
import { memoryStorage } from '@anyfeed/storage-memory'
import { createMemoryHub, memoryTransport } from '@anyfeed/transport-memory'
import { type MessagePortTransport, messagePortTransport } from '@anyfeed/transport-messageport'
import { BrowserLevel } from 'browser-level'

let places = 0
const placeOf = new Map<Storage, string>()

function levelIn(place: string): Storage {
  const storage = levelStorage(new BrowserLevel<Uint8Array, Uint8Array>(place))
  placeOf.set(storage, place)
  return storage
}

/** Takes away what a case has left in IndexedDB. */
async function emptied(): Promise<void> {
  placeOf.clear()
  for (const { name } of await indexedDB.databases()) if (name !== undefined) indexedDB.deleteDatabase(name)
}

const browserLevel: StorageSuiteOptions = {
  name: 'browser-level',
  create: () => levelIn(`place ${++places}`),
  reopen: (closed) => levelIn(placeOf.get(closed) as string),
  teardown: emptied,
  supports: levelStorage(new BrowserLevel<Uint8Array, Uint8Array>('unused')).supports
}

const hub = createMemoryHub()
const memory: TransportSuiteOptions = {
  name: 'memory',
  create: () => memoryTransport(hub),
  supports: memoryTransport(hub).supports,
  address: () => '/memory/0',
  foreignAddresses: ['/memory/a/b']
}

/** Every transport is attached to every other, as the tabs and workers of a page may be. */
let attached: MessagePortTransport[] = []
function attachedTransport(): MessagePortTransport {
  const transport = messagePortTransport()
  for (const other of attached) {
    const { port1, port2 } = new MessageChannel()
    transport.attach(port1)
    other.attach(port2)
  }
  attached.push(transport)
  const close = transport.close.bind(transport)
  transport.close = () => {
    attached = attached.filter((each) => each !== transport)
    return close()
  }
  return transport
}

const messagePorts: TransportSuiteOptions = {
  name: 'MessagePorts',
  create: attachedTransport,
  teardown() {
    attached = []
  },
  supports: messagePortTransport().supports,
  address: () => '/messageport/0',
  foreignAddresses: ['/messageport/a/b', '/messageport/']
}

const runner = createRunner()
storageConformance(runner, { name: 'memory', create: memoryStorage, supports: memoryStorage().supports })
storageConformance(runner, browserLevel)
transportConformance(runner, memory)
transportConformance(runner, messagePorts)
let rendezvous = createMemoryRendezvous()
stackConformance(runner, {
  name: 'browser-level, MessagePorts, memory',
  create: () => ({
    storage: browserLevel.create() as Storage,
    transports: [attachedTransport()],
    discovery: [memoryDiscovery(rendezvous)],
    listen: ['/messageport/0']
  }),
  reopen: browserLevel.reopen,
  async teardown() {
    attached = []
    rendezvous = createMemoryRendezvous()
    await emptied()
  },
  supports: {
    storage: browserLevel.supports,
    transport: messagePorts.supports,
    discovery: memoryDiscovery(rendezvous).supports
  }
})

const conformance = (): Promise<CaseResult[]> => runner.run()

Object.assign(globalThis, { conformance })
