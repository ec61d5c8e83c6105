import { pause, systemClock } from '@anyfeed/adapter-kit'
import type { Identify } from '@libp2p/identify'
import type { Connection, Libp2p, PeerId } from '@libp2p/interface'
import type { KadDHT, SingleKadDHT } from '@libp2p/kad-dht'

/** What of a node it needs. */
type IdentifyingNode = Libp2p<{ readonly identify: Identify; readonly dht: KadDHT }>

/** Milliseconds between attempts, the first and the longest. */
const FIRST_RETRY = 1000
const LAST_RETRY = 60_000

/** How kad-dht marks the peers of its routing table in the peer store. */
const IN_TABLE = 'kad-peer'

/** With so many peers (k of Kademlia) a routing table may have no room for another, and needs none. */
const ENOUGH = 20

/**
 * Has each remote say who it is, and asks again until it does and, where it serves the DHT, is in the routing table, or
 * the connection is over. libp2p asks once, and kad-dht tries once to reach who has answered: a remote that was too busy
 * then is in no routing table, and is never told anything, for as long as it stays connected.
 */
export function identifyAll(node: IdentifyingNode, dhtProtocol: string): void {
  node.addEventListener('connection:open', ({ detail }) => void identified(node, detail, dhtProtocol))
}

async function identified(node: IdentifyingNode, connection: Connection, dhtProtocol: string): Promise<void> {
  const closed = new AbortController()
  connection.addEventListener('close', () => closed.abort(), { once: true })
  let answered = false
  for (let retry = FIRST_RETRY; connection.status === 'open'; retry = Math.min(retry * 2, LAST_RETRY)) {
    try {
      // The answer is told to all that wait for such a remote, kad-dht among them, each time anew.
      const { protocols } = await node.services.identify.identify(connection)
      // kad-dht takes in nobody over a limited connection.
      if (!protocols.includes(dhtProtocol) || connection.limits !== undefined) return
      answered = true
    } catch (error) {
      // It has nothing to say, and never will.
      if ((error as Error).name === 'UnsupportedProtocolError') return
    }
    await pause(systemClock, retry, closed.signal)
    if (answered && (await isInTable(node, connection.remotePeer))) return
  }
}

async function isInTable({ peerStore, services }: IdentifyingNode, peer: PeerId): Promise<boolean> {
  if ((services.dht as SingleKadDHT).routingTable.size >= ENOUGH) return true
  const { tags } = await peerStore.get(peer).catch(() => ({ tags: new Map() }))
  return tags.has(IN_TABLE)
}
