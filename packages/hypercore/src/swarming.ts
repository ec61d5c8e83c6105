import type { Core, PeerStream } from '@anyfeed/core'
import type { Discovery, Transport } from '@anyfeed/interfaces'
import { createSwarm, type Swarm } from '@anyfeed/swarm'

/** How peers are found and connected; without transports, they are only those whose streams are piped. */
export interface SwarmingOptions {
  /** Peers are connected over these; the first that can dial an address does. They are closed with the core. */
  readonly transports?: readonly Transport[] | null | undefined
  /** Peers of the feeds in use are found by these, side by side. They are closed with the core. */
  readonly discovery?: readonly Discovery[] | null | undefined
  /** Addresses to listen on, so that others can dial. */
  readonly listen?: readonly string[] | null | undefined
}

export interface SwarmingEvents {
  onPeer(stream: PeerStream): void
  onPeerEnd(stream: PeerStream): void
}

/** A swarm on the core, if there is anything to connect by. Throws a `TypeError` for a discovery or an address without. */
export function swarmOf(
  core: Core,
  { transports, discovery, listen }: SwarmingOptions,
  events: SwarmingEvents
): Swarm | null {
  if (transports == null || transports.length === 0) {
    if (discovery?.length || listen?.length) throw new TypeError('what is found or listens needs transports')
    return null
  }
  const swarm = createSwarm({ core, transports, discovery: discovery ?? [], listen: listen ?? [] })
  swarm.on('peer', ({ stream }) => events.onPeer(stream))
  swarm.on('peer-end', ({ stream }) => events.onPeerEnd(stream))
  return swarm
}
