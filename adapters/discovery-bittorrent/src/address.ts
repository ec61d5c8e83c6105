import { isIPv4 } from 'node:net'

const ADDRESS = /^\/ip4\/([\d.]{7,15})\/tcp\/(\d{1,5})$/

export interface Endpoint {
  /** An IPv4 address in four decimal parts. */
  readonly host: string
  readonly port: number
}

/** Reads `/ip4/<address>/tcp/<port>` and nothing longer; `undefined` for any other string. */
export function parseAddress(address: string): Endpoint | undefined {
  const [, host = '', digits = ''] = ADDRESS.exec(address) ?? []
  const port = Number(digits)
  return isIPv4(host) && port <= 65_535 ? { host, port } : undefined
}

export function formatAddress({ host, port }: Endpoint): string {
  return `/ip4/${host}/tcp/${port}`
}

/** Reads `host:port`, the host being a name or an IPv4 address. Throws a `TypeError` for anything else. */
export function parseNode(node: string): Endpoint {
  const [, host, digits] = /^([\w.-]+):(\d{1,5})$/.exec(node) ?? []
  const port = Number(digits)
  if (host === undefined || port < 1 || port > 65_535) throw new TypeError(`not a node of the DHT (host:port): ${node}`)
  return { host, port }
}
