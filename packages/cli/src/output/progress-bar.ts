import { formatBytes, formatRate } from './byte-format.ts'
import { formatClock } from './duration-format.ts'

export interface Progress {
  /** What is being done, such as `fetching`. */
  readonly label: string
  /** How much is done, 0 to 1; `undefined` while nobody can tell. */
  readonly fraction: number | undefined
  readonly bytes: number
  /** All bytes, where known or guessed. */
  readonly totalBytes: number | undefined
  readonly bytesPerSecond: number | undefined
  /** Said at the end, such as `2 peers`. */
  readonly note?: string
}

const LONGEST_BAR = 40
const SHORTEST_BAR = 10

/** One line of at most `columns` columns; the bar takes what the words leave, and goes first when there is no room. */
export function progressBar(progress: Progress, columns: number): string {
  const { label, fraction, bytes, totalBytes, bytesPerSecond, note } = progress
  const words: string[] = []
  if (fraction !== undefined) words.push(`${Math.floor(fraction * 100)}%`.padStart(4))
  const guess = totalBytes !== undefined && totalBytes >= bytes
  words.push(guess ? `${formatBytes(bytes)} of ${formatBytes(totalBytes)}` : formatBytes(bytes))
  if (bytesPerSecond !== undefined) words.push(formatRate(bytesPerSecond))
  if (guess && bytesPerSecond !== undefined && bytesPerSecond > 0 && bytes < totalBytes) {
    words.push(`${formatClock((totalBytes - bytes) / bytesPerSecond)} left`)
  }
  if (note !== undefined) words.push(note)
  const text = words.join('  ')
  // One column stays free: a terminal may break the line when the last one is written.
  const room = Math.min(LONGEST_BAR, columns - 1 - label.length - text.length - 4)
  const bar = fraction === undefined || room < SHORTEST_BAR ? '' : `  ${drawBar(fraction, room)}`
  return `${label}${bar}  ${text.trimStart()}`.slice(0, Math.max(0, columns - 1))
}

function drawBar(fraction: number, width: number): string {
  const done = Math.floor(Math.min(1, Math.max(0, fraction)) * width)
  return '━'.repeat(done) + '─'.repeat(width - done)
}
