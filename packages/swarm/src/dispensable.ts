import type { DialGroup } from './known-address.ts'
import type { PeerRecord } from './peer-table.ts'

/** A peer that dialled us and shares no feed after so many milliseconds is of no use to us. */
const IDLE_AFTER = 10_000

/**
 * The peer that can best be spared when there is no room for another: one that dialled us and shares nothing, or else
 * one whose every topic has others, the more the better. `undefined` when there is none.
 */
export function dispensable(
  records: Iterable<PeerRecord>,
  given: DialGroup,
  now: number,
  direction?: 'in'
): PeerRecord | undefined {
  const all = [...records]
  const idle = all.find(({ current, addresses }) => {
    if (current.direction === 'out' || addresses.size > 0 || current.over) return false
    return current.stream.sharedFeeds === 0 && now - current.since >= IDLE_AFTER
  })
  if (idle !== undefined || direction === 'in') return idle

  const peersOf = new Map<DialGroup, number>()
  for (const record of all) for (const group of groupsOf(record)) peersOf.set(group, (peersOf.get(group) ?? 0) + 1)
  let best: PeerRecord | undefined
  let most = 1
  for (const record of all) {
    const groups = groupsOf(record)
    if (groups.size === 0 || groups.has(given) || record.current.over) continue
    const others = Math.min(...[...groups].map((group) => peersOf.get(group) as number))
    if (others > most) [best, most] = [record, others]
  }
  return best
}

function groupsOf({ addresses }: PeerRecord): Set<DialGroup> {
  return new Set([...addresses].flatMap(({ groups }) => [...groups.keys()]))
}
