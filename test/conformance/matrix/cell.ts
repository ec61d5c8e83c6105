import type {
  DiscoverySuiteOptions,
  StackSuiteOptions,
  StorageSuiteOptions,
  TransportSuiteOptions
} from '@anyfeed/conformance'
import type { Part } from './part.ts'

/** A storage, a transport and a discovery. */
export interface Cell {
  readonly storage: Part<StorageSuiteOptions>
  readonly transport: Part<TransportSuiteOptions>
  readonly discovery: Part<DiscoverySuiteOptions>
}

/** A cell by the names of its parts. */
export interface NamedCell {
  readonly storage: string
  readonly transport: string
  readonly discovery: string
}

export function nameOf({ storage, transport, discovery }: Cell): NamedCell {
  return { storage: storage.name, transport: transport.name, discovery: discovery.name }
}

/** Every combination. */
export function cellsOf(
  storages: ReadonlyArray<Cell['storage']>,
  transports: ReadonlyArray<Cell['transport']>,
  discoveries: ReadonlyArray<Cell['discovery']>
): Cell[] {
  return storages.flatMap((storage) =>
    transports.flatMap((transport) => discoveries.map((discovery) => ({ storage, transport, discovery })))
  )
}

/** The options of the stack suite, or why there can be no such stack. */
export async function stackOf(cell: Cell): Promise<StackSuiteOptions | { readonly cannot: string }> {
  const storage = await cell.storage.options()
  const transport = await cell.transport.options()
  const discovery = await cell.discovery.options()
  if (discovery.supports.addresses === 'ip-port') {
    const address = await anAddress(transport)
    if (!/^\/ip4\/[\d.]+\/tcp\/\d+$/.test(address)) {
      const shown = address
        .replace(/12D3\w+/, '12D3…')
        .replace(/\d{4,}/, '…')
        .replace(/memory\/[^/]+/, 'memory/…')
      return { cannot: `the ${cell.discovery.name} holds an IP address and a port, and not ${shown}` }
    }
  }
  return {
    name: `${cell.storage.name}, ${cell.transport.name}, ${cell.discovery.name}`,
    supports: { storage: storage.supports, transport: transport.supports, discovery: discovery.supports },
    async create(needs) {
      const made = await transport.create()
      return {
        storage: await storage.create(),
        transports: [made],
        discovery: needs.discovery ? [await discovery.create(needs)] : [],
        listen: [transport.address(made)]
      }
    },
    reopen: storage.reopen,
    async teardown() {
      for (const each of [storage, transport, discovery]) await each.teardown?.()
    }
  }
}

/** What a listener of the transport is called. */
async function anAddress(options: TransportSuiteOptions): Promise<string> {
  const transport = await options.create()
  try {
    const { addresses } = await transport.listen(options.address(transport), { onConnection() {} })
    return addresses[0] ?? ''
  } finally {
    await transport.close()
    await options.teardown?.()
  }
}
