import type { NamedCell } from '../../conformance/matrix/cell.ts'
import { coveringCells } from '../../conformance/matrix/covering.ts'

export const STORAGES = ['memory, in a page', 'IndexedDB, in a page'] as const
export const TRANSPORTS = ['memory', 'MessagePort', 'libp2p over WebSockets', 'libp2p over WebRTC'] as const
export const DISCOVERIES = ['memory', 'kad-dht'] as const

const combinations: readonly NamedCell[] = STORAGES.flatMap((storage) =>
  TRANSPORTS.flatMap((transport) => DISCOVERIES.map((discovery) => ({ storage, transport, discovery })))
)

/** The cells of the matrix that run within a page: each two of its adapters are together in one of them. */
export const PAGE_CELLS = coveringCells(combinations)

/** Those that the tests run: each adapter is in one of them. The others take their time in `npm run conformance`. */
export const TESTED_CELLS = TRANSPORTS.flatMap((transport, i) => {
  const storage = STORAGES[i % STORAGES.length]
  return PAGE_CELLS.filter((cell) => cell.transport === transport && cell.storage === storage)
})

/** Multiaddrs of nodes of a Node process. */
export interface Servers {
  /** Passes on what pages have for each other, all of it, and serves the DHT. */
  readonly carrying: string
  /** Introduces pages to each other, so that they can connect by WebRTC. It carries no feeds. */
  readonly introducing: string
}
