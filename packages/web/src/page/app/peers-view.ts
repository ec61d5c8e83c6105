import type { PeerState, State } from '../messages.ts'
import { byId, element, setText } from './element.ts'
import { inFound, inRate, inShort, inWay } from './words.ts'

const NETWORK = {
  joining: 'Joining the network …',
  joined: 'Joined',
  failed: 'The server cannot be reached: nothing is fetched or served.',
  elsewhere: 'Another tab has the feeds. This browser can show them in one tab only: close that one to go on here.'
} as const

/** Shows who is connected. */
export function showPeers({ network, peers, down, up }: State): void {
  const count = peers.length === 1 ? '1 peer' : `${peers.length} peers`
  setText(byId('network'), network === 'joined' ? count : NETWORK[network])
  setText(byId('rates'), peers.length === 0 ? 'Nobody is connected.' : `${inRate(down)} down, ${inRate(up)} up`)
  const body = byId<HTMLTableSectionElement>('peers')
  while (body.rows.length > peers.length) body.deleteRow(-1)
  for (const [index, peer] of peers.entries()) {
    const row = body.rows[index] ?? body.appendChild(element('tr'))
    for (const [column, text] of cellsOf(peer).entries()) {
      setText(row.cells[column] ?? row.appendChild(element('td')), text)
    }
  }
}

/** Says that there is nothing to be done here, for now. */
export function showElsewhere(): void {
  setText(byId('network'), NETWORK.elsewhere)
}

function cellsOf({ address, foundBy, inbound, down, up, roundTrip }: PeerState): string[] {
  const answers = roundTrip === undefined ? '–' : `${Math.max(1, Math.round(roundTrip))} ms`
  return [inShort(address), inWay(address), inFound(foundBy, inbound), inRate(down), inRate(up), answers]
}
