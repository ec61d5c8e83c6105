import type { Swarm } from '@anyfeed/swarm'
import type { LookingEvent } from '../output/events.ts'
import type { Reporter } from '../output/reporter.ts'
import type { DiscoveryName } from './options.ts'

export interface SearchOptions {
  /** What is looked for: 64 hexadecimal digits. */
  readonly id: string
  readonly discoveries: readonly DiscoveryName[]
  readonly report: Reporter
}

const TELL_MS = 200

/** Tells how far the search for a feed's peers is: at once, and then five times a second at most. */
export class Search {
  readonly #swarm: Swarm
  readonly #options: SearchOptions
  readonly #found: Record<string, number>
  #told = ''
  #over = false
  #resting: NodeJS.Timeout | undefined

  constructor(swarm: Swarm, options: SearchOptions) {
    this.#swarm = swarm
    this.#options = options
    this.#found = Object.fromEntries(options.discoveries.map((name) => [name, 0]))
    swarm.on('found', (_, __, discovery) => {
      this.#found[discovery] = (this.#found[discovery] ?? 0) + 1
      this.#tell()
    })
    swarm.on('peer', () => this.#tell())
    swarm.on('peer-end', () => this.#tell())
    this.#tell()
  }

  /** How many peers are connected. */
  get connected(): number {
    return this.#swarm.peers.length
  }

  /** Tells what was not told yet, and nothing more. */
  end(): void {
    clearTimeout(this.#resting)
    this.#resting = undefined
    this.#report()
    this.#over = true
  }

  #tell(): void {
    if (this.#resting !== undefined || this.#over) return
    this.#report()
    this.#resting = setTimeout(() => {
      this.#resting = undefined
      this.#report()
    }, TELL_MS).unref()
  }

  #report(): void {
    const { id, report } = this.#options
    const event: LookingEvent = { event: 'looking', id, found: { ...this.#found }, peers: this.connected }
    const news = JSON.stringify(event)
    if (news === this.#told) return
    this.#told = news
    report.report(event)
  }
}
