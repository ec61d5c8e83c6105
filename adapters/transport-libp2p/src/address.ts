import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'

/** What an address says. */
export interface PeerAddress {
  readonly multiaddr: Multiaddr
  /** The peer id at its end. */
  readonly peer: string
}

/** Ed25519 and RSA ids in base 58, and any as a CID (libp2p's peer-ids specification, "String representation"). */
const PEER_ID =
  /^(12D3KooW[1-9A-HJ-NP-Za-km-z]{44}|16Uiu2HA[1-9A-HJ-NP-Za-km-z]{46}|Qm[1-9A-HJ-NP-Za-km-z]{44}|[bkz][0-9A-Za-z]{40,80})$/

/** Reads a multiaddr that ends in `/p2p/<peer id>`, that alone included; `undefined` for any other string. */
export function parseAddress(address: string): PeerAddress | undefined {
  if (!address.startsWith('/')) return undefined
  try {
    const parsed = multiaddr(address)
    const last = parsed.getComponents().at(-1)
    if (last?.name !== 'p2p' || last.value === undefined || !PEER_ID.test(last.value)) return undefined
    return { multiaddr: parsed, peer: last.value }
  } catch {
    return undefined
  }
}

/** Whether a string is an address of this transport: a multiaddr that ends in `/p2p/<peer id>`. */
export function isLibp2pAddress(address: string): boolean {
  return parseAddress(address) !== undefined
}

/** As {@link parseAddress}, for callers that need one: throws a `TypeError` for any other string. */
export function requireAddress(address: string): PeerAddress {
  const parsed = parseAddress(address)
  if (parsed === undefined) throw new TypeError(`not an address of the libp2p transport: ${address}`)
  return parsed
}

/** The multiaddr as a string that ends in the peer's id, whether it did or not. */
export function formatAddress(address: Multiaddr, peer: string): string {
  const text = address.toString()
  if (text.endsWith(`/p2p/${peer}`)) return text
  return `${text}/p2p/${peer}`
}
