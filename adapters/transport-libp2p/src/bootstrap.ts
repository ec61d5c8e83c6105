import { pause, randomBetween, systemClock } from '@anyfeed/adapter-kit'
import type { Connection, PeerId, Startable } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** What it needs of a node's components. */
export interface BootstrapComponents {
  readonly connectionManager: {
    openConnection(address: Multiaddr, options: { signal: AbortSignal }): Promise<Connection>
    getConnections(peer?: PeerId): Connection[]
  }
}

/** Milliseconds between attempts, the first and the longest; each is up to half of it shorter, so that nodes spread out. */
const FIRST_RETRY = 500
const LAST_RETRY = 60_000

/** Milliseconds for one attempt. */
const DIAL_TIMEOUT = 10_000

/** A service that stays connected with the nodes at `addresses`: each is dialled until it answers, and again when it was lost. */
export function bootstrap(addresses: readonly Multiaddr[]): (components: BootstrapComponents) => Startable {
  return (components) => {
    let running: AbortController | undefined
    return {
      start() {},
      /** Once all parts of the node run. */
      afterStart() {
        running = new AbortController()
        for (const address of addresses) void stayConnected(components, address, running.signal)
      },
      beforeStop() {
        running?.abort()
      },
      stop() {}
    }
  }
}

async function stayConnected(
  { connectionManager }: BootstrapComponents,
  address: Multiaddr,
  signal: AbortSignal
): Promise<void> {
  for (let retry = FIRST_RETRY; !signal.aborted; retry = Math.min(retry * 2, LAST_RETRY)) {
    try {
      const timeout = AbortSignal.any([signal, AbortSignal.timeout(DIAL_TIMEOUT)])
      const { remotePeer } = await connectionManager.openConnection(address, { signal: timeout })
      for (;;) {
        const [connection] = connectionManager.getConnections(remotePeer)
        if (connection === undefined) break
        await over(connection, signal)
        if (signal.aborted) return
      }
      retry = FIRST_RETRY / 2
    } catch {
      // Whatever it was, it may be over by the next attempt.
    }
    await pause(systemClock, randomBetween(retry / 2, retry), signal)
  }
}

/** Resolves when the connection has closed or the signal fires. */
function over(connection: Connection, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      connection.removeEventListener('close', done)
      signal.removeEventListener('abort', done)
      // The node takes a closed connection off its list in the same turn.
      setTimeout(resolve, 0)
    }
    connection.addEventListener('close', done)
    signal.addEventListener('abort', done)
    if (connection.status !== 'open' || signal.aborted) done()
  })
}
