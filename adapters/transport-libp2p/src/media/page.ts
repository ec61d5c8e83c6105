import { circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import { webSockets } from '@libp2p/websockets'

/** What a node in a page reaches others by: WebSockets, and relays, which introduce it to other pages. */
export const media = () => [webSockets(), circuitRelayTransport()]

/** A page cannot listen by itself. */
export const LISTEN: readonly string[] = []
