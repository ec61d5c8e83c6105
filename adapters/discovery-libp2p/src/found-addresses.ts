import type { LookupResults } from '@anyfeed/adapter-kit'

/** The most addresses that one peer may bring into a lookup; more are left out. */
const MAX_PER_PEER = 64

/** Passes on what peers answer, each as far as its share goes. */
export function foundAddresses(results: LookupResults) {
  const perPeer = new Map<string, number>()
  return (peer: string, addresses: readonly string[]): void => {
    let brought = perPeer.get(peer) ?? 0
    for (const address of addresses) if (brought < MAX_PER_PEER && results.add(address)) brought++
    perPeer.set(peer, brought)
  }
}
