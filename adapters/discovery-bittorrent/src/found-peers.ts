import type { LookupResults } from '@anyfeed/adapter-kit'
import { type Endpoint, formatAddress } from './address.ts'
import { reachOf } from './reach.ts'

/** Of what a lookup tells, one node of the DHT may tell this part: a lying one leaves room for the others. */
const TELLER_SHARE = 0.25

/** Passes on the peers that nodes tell of, where they can be real. */
export function foundPeers(results: LookupResults, allowPrivate: boolean, maxAddresses: number) {
  const told = new Map<string, number>()
  const share = Math.max(1, Math.floor(maxAddresses * TELLER_SHARE))
  return (peer: Endpoint, teller = 'this node'): void => {
    const reach = reachOf(peer.host)
    if (peer.port === 0 || reach === 'nowhere' || (reach !== 'public' && !allowPrivate)) return
    const count = told.get(teller) ?? 0
    if (count >= share) return
    told.set(teller, count + 1)
    results.add(formatAddress(peer))
  }
}
