import { formatBytes, formatRate } from './byte-format.ts'
import { countOf, formatCount } from './count-format.ts'
import { formatDuration } from './duration-format.ts'
import type {
  DoneEvent,
  FeedEvent,
  ListeningEvent,
  LookingEvent,
  PageEvent,
  PeerEvent,
  SeedingEvent,
  SharingEvent
} from './events.ts'

/** What people read of a feed that is shared. */
export function sharingText({ id, blocks, bytes, addresses, command }: SharingEvent): string {
  return [
    `Sharing ${formatBytes(bytes)} in ${countOf(blocks, 'block')}.`,
    '',
    `  id       ${id}`,
    ...addressLines(addresses),
    '',
    'This fetches it:',
    '',
    `  ${command}`,
    '',
    'Serving until Ctrl-C.'
  ].join('\n')
}

export function seedingText({ feeds, addresses }: SeedingEvent): string {
  return [`Seeding ${countOf(feeds, 'feed')}.`, '', ...addressLines(addresses), '', 'Serving until Ctrl-C.'].join('\n')
}

export function pageText({ url }: PageEvent): string {
  return ['Open this in a browser:', '', `  ${url}`, '', 'Serving until Ctrl-C.'].join('\n')
}

export function listeningText({ addresses }: ListeningEvent): string {
  return [
    'This node is up: it lets others find each other, and holds no feeds.',
    '',
    ...addressLines(addresses),
    '',
    'Others enter the network with:',
    '',
    `  --bootstrap ${addresses[0]}`,
    '',
    'Running until Ctrl-C.'
  ].join('\n')
}

/** How far the search for peers is. */
export function lookingText({ found, peers }: LookingEvent): string {
  const counts = Object.entries(found).map(([name, count]) => `${name} found ${formatCount(count)}`)
  return `looking for peers: ${[...counts, `${formatCount(peers)} connected`].join(', ')}`
}

/** A feed in a list, one line. */
export function feedLine({ id, bytes, blocks, held, complete }: FeedEvent): string {
  const part = complete ? countOf(blocks, 'block') : `${formatCount(held)} of ${countOf(blocks, 'block')}`
  return `${id}  ${formatBytes(bytes).padStart(8)}  ${part}`
}

/** All there is to know of a feed. */
export function feedText({ id, bytes, blocks, held, complete }: FeedEvent): string {
  const part = complete ? 'all here' : `${formatCount(held)} here, ${formatCount(blocks - held)} to be fetched`
  return [
    `id      ${id}`,
    `blocks  ${formatCount(blocks)}, ${part}`,
    `size    ${formatBytes(bytes)}${complete ? '' : ' so far'} (${countOf(bytes, 'byte')})`
  ].join('\n')
}

/** How it stands with a peer that is not connected, or was met. */
export function peerLine({ state, address, reason, foundBy }: PeerEvent): string {
  const by = foundBy.filter((name) => name !== 'dial')
  switch (state) {
    case 'dialing':
      return `connecting to ${address}`
    case 'connected':
      return `connected with ${address}${by.length === 0 ? '' : `, found by ${by.join(' and ')}`}`
    case 'failed':
      return `cannot reach ${address}: ${reason}; trying again`
    case 'left':
      return reason === undefined ? `${address} left` : `${address} left: ${reason}`
  }
}

export function savedText(done: DoneEvent): string {
  const { blocks = 0, bytes = 0, fetched = 0, resumed = 0, seconds = 0, file } = done
  const from =
    resumed === 0
      ? `${countOf(fetched, 'block')} fetched`
      : fetched === 0
        ? `all ${countOf(blocks, 'block')} were here already`
        : `${countOf(fetched, 'block')} fetched, ${formatCount(resumed)} were here already`
  const rate = seconds > 0 ? ` (${formatRate(bytes / seconds)})` : ''
  const into = file === '-' ? 'Wrote' : 'Saved'
  const name = file === '-' ? '' : ` to ${file}`
  return `${into} ${formatBytes(bytes)}${name} in ${formatDuration(seconds)}${rate}; ${from}, every one verified.`
}

export function servedText({ blocks = 0, bytes = 0 }: DoneEvent): string {
  return `Stopped. ${countOf(blocks, 'block')} sent, ${formatBytes(bytes)}.`
}

export function verifiedText({ feeds = 0, blocks = 0, damaged = 0 }: DoneEvent): string {
  const checked = `${countOf(blocks, 'block')} of ${countOf(feeds, 'feed')} checked`
  if (damaged === 0) return `${checked}: all sound.`
  return `${checked}: ${formatCount(damaged)} damaged and dropped. \`anyfeed get\` fetches them again.`
}

function addressLines(addresses: readonly string[]): string[] {
  return addresses.map((address, i) => `  ${i === 0 ? 'address' : '       '}  ${address}`)
}
