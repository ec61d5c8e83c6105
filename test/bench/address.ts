import type { Served } from './work.ts'

/** The multiaddr of a TCP port on this machine. */
export function tcpAddress(served: Served | undefined): string {
  return `/ip4/127.0.0.1/tcp/${served?.port}`
}

/** The multiaddr of a libp2p node on this machine that said its peer id. */
export function libp2pAddress(served: Served | undefined): string {
  return `${tcpAddress(served)}/p2p/${served?.peer}`
}

/** The TCP port in the first of some multiaddrs. */
export function tcpPort(addresses: ReadonlyArray<{ toString(): string }>): number {
  const port = /\/tcp\/(\d+)/.exec(String(addresses[0]))?.[1]
  if (port === undefined) throw new Error('there is no address with a TCP port')
  return Number(port)
}
