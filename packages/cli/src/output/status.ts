import { formatBytes, formatRate } from './byte-format.ts'
import { countOf } from './count-format.ts'
import type { LookingEvent, PeerEvent, ProgressEvent } from './events.ts'
import { progressBar } from './progress-bar.ts'
import { Rate } from './rate.ts'
import { lookingText, peerLine } from './sentences.ts'

const LABELS = { add: 'adding', fetch: 'fetching', verify: 'verifying', serve: 'serving' } as const

/** What is going on right now, in one line. Times are milliseconds of any clock. */
export class Status {
  readonly #rate = new Rate()
  #progress: ProgressEvent
  #trouble: string | undefined
  #search: string | undefined
  #peers: number

  constructor(progress: ProgressEvent, now: number) {
    this.#progress = progress
    this.#peers = progress.peers ?? 0
    this.#rate.sample(progress.bytes, now)
  }

  get action(): ProgressEvent['action'] {
    return this.#progress.action
  }

  progress(event: ProgressEvent, now: number): void {
    this.#progress = event
    this.#peers = event.peers ?? this.#peers
    this.#rate.sample(event.bytes, now)
  }

  peer(event: PeerEvent): void {
    this.#peers = event.peers
    if (event.state === 'connected') this.#trouble = undefined
    else if (event.state === 'failed' || event.state === 'left') this.#trouble = peerLine(event)
  }

  looking(event: LookingEvent): void {
    this.#peers = event.peers
    this.#search = lookingText(event)
  }

  line(columns: number, now: number): string {
    const { action, blocks, bytes, totalBlocks, totalBytes } = this.#progress
    const rate = this.#rate.at(now)
    if (action === 'serve') {
      if (this.#peers === 0 && blocks === 0) return 'waiting for peers'
      const sent = `${formatBytes(bytes)} sent in ${countOf(blocks, 'block')}`
      const parts = [countOf(this.#peers, 'peer'), sent, ...(rate ? [formatRate(rate)] : [])]
      return parts.join('  ').slice(0, Math.max(0, columns - 1))
    }
    const known = totalBlocks !== undefined && totalBlocks > 0
    const note = action === 'fetch' ? this.#note() : undefined
    return progressBar(
      {
        label: LABELS[action],
        fraction: known ? blocks / totalBlocks : totalBytes ? bytes / totalBytes : undefined,
        bytes,
        // A feed does not say how many bytes it has: guessed from the blocks that are here.
        totalBytes: totalBytes ?? (known && blocks > 0 ? Math.round((bytes / blocks) * totalBlocks) : undefined),
        bytesPerSecond: rate,
        ...(note === undefined ? {} : { note })
      },
      columns
    )
  }

  #note(): string {
    const alone = this.#peers === 0 ? (this.#trouble ?? this.#search) : undefined
    return alone ?? countOf(this.#peers, 'peer')
  }
}
