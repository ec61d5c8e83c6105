import type { Link } from './link.ts'

/**
 * Which of two links with one peer stays: both sides come to the same answer, each for itself.
 *
 * - Of two that only one of them is bound to its channel, that one: it is harder to counterfeit.
 * - The one dialled by the peer with the lower id, so that of two crossing dials the same one survives here and there.
 * - Of two dialled by us, the older; of two dialled by the remote, what it decides: `both` stay until it ends one. It may
 *   have lost the older one without our noticing.
 * - hypercore 1.x (version 0) has no such rule and ends nothing: what it dialled last is what it uses; of our own, the
 *   older.
 */
export function survivor(ownId: Uint8Array, older: Link, newer: Link): Link | 'both' {
  const bound = [older, newer].filter(({ connection }) => connection.channelBinding !== undefined)
  if (bound.length === 1) return bound[0] as Link
  if (newer.stream.remoteVersion === 0) return newer.direction === 'in' ? newer : older
  if (older.direction === newer.direction) return older.direction === 'out' ? older : 'both'
  const ours = isLower(ownId, newer.stream.remoteId as Uint8Array) ? 'out' : 'in'
  return older.direction === ours ? older : newer
}

function isLower(a: Uint8Array, b: Uint8Array): boolean {
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] as number) - (b[i] as number)
    if (difference !== 0) return difference < 0
  }
  return false
}
