/**
 * From where an IPv4 address can be reached (IANA's special-purpose registry): anywhere, a private network (with link-local
 * and shared address space), this machine, or nowhere: `0.0.0.0/8`, multicast and what is reserved.
 */
export type Reach = 'public' | 'private' | 'loopback' | 'nowhere'

const RANGES: ReadonlyArray<readonly [first: string, bits: number, Reach]> = [
  ['0.0.0.0', 8, 'nowhere'],
  ['10.0.0.0', 8, 'private'],
  ['100.64.0.0', 10, 'private'],
  ['127.0.0.0', 8, 'loopback'],
  ['169.254.0.0', 16, 'private'],
  ['172.16.0.0', 12, 'private'],
  ['192.0.0.0', 24, 'nowhere'],
  ['192.0.2.0', 24, 'nowhere'],
  ['192.168.0.0', 16, 'private'],
  ['198.18.0.0', 15, 'private'],
  ['198.51.100.0', 24, 'nowhere'],
  ['203.0.113.0', 24, 'nowhere'],
  ['224.0.0.0', 3, 'nowhere']
]

/** `host` is an IPv4 address in four decimal parts. */
export function reachOf(host: string): Reach {
  const address = number(host)
  for (const [first, bits, reach] of RANGES) {
    if (address >>> (32 - bits) === number(first) >>> (32 - bits)) return reach
  }
  return 'public'
}

function number(host: string): number {
  return host.split('.').reduce((value, part) => (value << 8) | Number(part), 0)
}
