// The three example adapters as one stack. Run it by: npx @anyfeed/conformance options.ts
import type { StackSuiteOptions } from '@anyfeed/conformance'
import { storage } from '../file-storage/test/options.ts'
import { discovery } from '../folder-discovery/test/options.ts'
import { transport } from '../thread-transport/test/options.ts'

export const stack: StackSuiteOptions = {
  name: 'files, threads and a folder',
  supports: { storage: storage.supports, transport: transport.supports, discovery: discovery.supports },
  reopen: storage.reopen,
  async create(needs) {
    const made = await transport.create()
    return {
      storage: await storage.create(),
      transports: [made],
      discovery: needs.discovery ? [await discovery.create(needs)] : [],
      listen: [transport.address(made)]
    }
  },
  async teardown() {
    for (const part of [storage, transport, discovery]) await part.teardown?.()
  }
}
