import { isIPv4 } from 'node:net'
import type { Endpoint } from './address.ts'

const ID = /^[0-9a-f]{40}$/
/** How many nodes are saved and tried: enough to find the others, few enough to be tried within seconds. */
export const STATE_NODES = 48

/** What a node of the DHT remembers over a restart, as JSON can hold it. */
export interface BittorrentState {
  /** The node's own id: 20 bytes in hexadecimal. */
  readonly id: string
  /** Other nodes that answered, those heard last first. */
  readonly nodes: readonly Endpoint[]
}

/**
 * Checks what was saved, as it comes from a file: nodes that are none are left out, and all after the 48th. Throws a
 * `TypeError` for something that was never a state.
 */
export function readState(state: BittorrentState): { readonly id: Buffer; readonly nodes: readonly Endpoint[] } {
  if (typeof state?.id !== 'string' || !ID.test(state.id) || !Array.isArray(state.nodes)) {
    throw new TypeError('not a state that save() has returned')
  }
  return { id: Buffer.from(state.id, 'hex'), nodes: state.nodes.filter(isEndpoint).slice(0, STATE_NODES) }
}

function isEndpoint(node: unknown): node is Endpoint {
  const { host, port } = (node ?? {}) as Partial<Endpoint>
  return typeof host === 'string' && isIPv4(host) && Number.isInteger(port) && Number(port) > 0 && Number(port) < 65_536
}
