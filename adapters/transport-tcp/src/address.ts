import { isIPv4, isIPv6 } from 'node:net'

/** What an address says. */
export interface TcpAddress {
  /** An IP address without a zone, or a DNS name. */
  readonly host: string
  /** 0 where the system is to pick. */
  readonly port: number
  /** Which kind of IP address is meant; 0 for `dns`, which leaves it open. */
  readonly family: 0 | 4 | 6
  /** Whether `host` has to be looked up. */
  readonly named: boolean
}

const ADDRESS = /^\/(ip4|ip6|dns|dns4|dns6)\/([^/]+)\/tcp\/(0|[1-9][0-9]{0,4})$/
/** RFC 1123, with the underscores that service names have; names in other scripts come as punycode. */
const DNS_NAME =
  /^(?=.{1,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.?$/i

/** Reads `/ip4|ip6|dns|dns4|dns6/<host>/tcp/<port>`; `undefined` for any other string. Zone ids (`%eth0`) are no part of it. */
export function parseAddress(address: string): TcpAddress | undefined {
  const parts = ADDRESS.exec(address)
  if (parts === null) return undefined
  const [, kind = '', host = '', digits] = parts
  const port = Number(digits)
  if (port > 65535) return undefined
  if (kind === 'ip4') return isIPv4(host) ? { host, port, family: 4, named: false } : undefined
  // A zone id means something on one machine only, so it cannot be part of an address that others are told.
  if (kind === 'ip6') return isIPv6(host) && !host.includes('%') ? { host, port, family: 6, named: false } : undefined
  if (!DNS_NAME.test(host)) return undefined
  return { host, port, family: kind === 'dns4' ? 4 : kind === 'dns6' ? 6 : 0, named: true }
}

/** As {@link parseAddress}, for callers that need one: throws a `TypeError` for any other string. */
export function requireAddress(address: string): TcpAddress {
  const parsed = parseAddress(address)
  if (parsed === undefined) throw new TypeError(`not an address of the TCP transport: ${address}`)
  return parsed
}

/** The address of an IP and a port, without the zone id that a link-local peer's has. */
export function formatAddress(host: string, port: number): string {
  const [ip = ''] = host.split('%')
  return `/${isIPv6(ip) ? 'ip6' : 'ip4'}/${ip}/tcp/${port}`
}
