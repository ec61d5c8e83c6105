import { pause, systemClock } from '@anyfeed/adapter-kit'
import type { Identify } from '@libp2p/identify'
import type { Connection, Libp2p } from '@libp2p/interface'

/** Milliseconds between attempts, the first and the longest. */
const FIRST_RETRY = 1000
const LAST_RETRY = 60_000

/**
 * Has each remote say who it is, and asks again until it does or the connection is over. libp2p asks once: a remote that
 * was too busy to answer then is in no routing table, and is never told anything, for as long as it stays connected.
 */
export function identifyAll(node: Libp2p<{ identify: Identify }>): void {
  node.addEventListener('connection:open', ({ detail }) => void identified(node.services.identify, detail))
}

async function identified(identify: Identify, connection: Connection): Promise<void> {
  const closed = new AbortController()
  connection.addEventListener('close', () => closed.abort(), { once: true })
  for (let retry = FIRST_RETRY; connection.status === 'open'; retry = Math.min(retry * 2, LAST_RETRY)) {
    try {
      await identify.identify(connection)
      return
    } catch (error) {
      // It has nothing to say, and never will.
      if ((error as Error).name === 'UnsupportedProtocolError') return
    }
    await pause(systemClock, retry, closed.signal)
  }
}
