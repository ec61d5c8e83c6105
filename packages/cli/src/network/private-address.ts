import { BlockList, isIP } from 'node:net'
import { networkInterfaces } from 'node:os'

/** Addresses that mean nothing outside of one machine or network: RFC 1918, 3927, 4193, 4291, 6598 and 8190. */
const PRIVATE = new BlockList()
PRIVATE.addSubnet('10.0.0.0', 8)
PRIVATE.addSubnet('100.64.0.0', 10)
PRIVATE.addSubnet('127.0.0.0', 8)
PRIVATE.addSubnet('169.254.0.0', 16)
PRIVATE.addSubnet('172.16.0.0', 12)
PRIVATE.addSubnet('192.168.0.0', 16)
PRIVATE.addAddress('::1', 'ipv6')
PRIVATE.addSubnet('fc00::', 7, 'ipv6')
PRIVATE.addSubnet('fe80::', 10, 'ipv6')

/** Whether an address leads nowhere but to this machine or the local network. Of a name other than localhost, nobody knows. */
function isPrivate(address: string): boolean {
  const [, kind, host = ''] = address.split('/')
  if (kind === 'ip4' || kind === 'ip6') return isPrivateHost(host)
  return kind?.startsWith('dns') === true && host === 'localhost'
}

/**
 * Whether a node is in a network of private addresses: all nodes that it knows have one, or, where it knows nobody, it
 * listens on no other itself.
 */
export function isPrivateNetwork(known: readonly string[], listen: readonly string[]): boolean {
  if (known.length > 0) return known.every(isPrivate)
  return listen.every((address) => (isEverywhere(address) ? ownHosts().every(isPrivateHost) : isPrivate(address)))
}

function isEverywhere(address: string): boolean {
  return /^\/ip4\/0\.0\.0\.0\/|^\/ip6\/::\//.test(address)
}

function ownHosts(): string[] {
  return Object.values(networkInterfaces()).flatMap((each) => (each ?? []).map(({ address }) => address))
}

function isPrivateHost(host: string): boolean {
  const family = isIP(host)
  return family !== 0 && PRIVATE.check(host, family === 6 ? 'ipv6' : 'ipv4')
}
