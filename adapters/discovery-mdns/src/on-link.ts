import { networkInterfaces } from 'node:os'

const FRESH_MS = 5000

/**
 * Whether a sender is on a link that we are on (RFC 6762 section 11): packets from further away are not believed, so
 * that nobody outside the local network can plant addresses.
 */
export class OnLink {
  readonly #only: string | undefined
  #networks: Array<readonly [address: number, mask: number]> = []
  #read = Number.NEGATIVE_INFINITY

  /** `only` is the address of the one interface that counts; all do when it is missing. */
  constructor(only: string | undefined) {
    this.#only = only
  }

  /** `now` is in milliseconds: the interfaces are read again when that is 5 seconds ago. */
  has(sender: string, now: number): boolean {
    if (now - this.#read >= FRESH_MS) {
      this.#read = now
      this.#networks = readNetworks(this.#only)
    }
    const address = ipv4(sender)
    return this.#networks.some(([own, mask]) => (address & mask) === (own & mask))
  }
}

function readNetworks(only: string | undefined): Array<readonly [number, number]> {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, address }) => family === 'IPv4' && (only === undefined || address === only))
    .map(({ address, netmask }) => [ipv4(address), ipv4(netmask)] as const)
}

function ipv4(text: string): number {
  return text.split('.').reduce((value, part) => (value << 8) | Number(part), 0)
}
