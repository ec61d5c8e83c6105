import { MessageChannel, type MessagePort } from 'node:worker_threads'
import type { TransportSuiteOptions } from '@anyfeed/conformance'
import { type ThreadTransport, threadTransport } from '../src/index.ts'

let transports: ThreadTransport[] = []
let ports: MessagePort[] = []

/** What the conformance suite is told; `npx @anyfeed/conformance` takes this module as it is. */
export const transport: TransportSuiteOptions = {
  name: 'threads',
  supports: threadTransport().supports,
  address: () => '/thread/0',
  foreignAddresses: ['/thread', '/thread/', '/thread/a/b', '/thread/a b', '/memory/a'],
  // Each is attached to each, as the threads of a program would be to its main thread.
  create() {
    const made = threadTransport()
    for (const other of transports) {
      const { port1, port2 } = new MessageChannel()
      made.attach(port1)
      other.attach(port2)
      ports.push(port1)
    }
    transports.push(made)
    return made
  },
  teardown() {
    for (const port of ports) port.close()
    transports = []
    ports = []
  }
}
