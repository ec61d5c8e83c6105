import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** What a peer's process is told. */
export type Order =
  | { readonly share: { readonly blocks: number; readonly bytes: number } }
  | { readonly fetch: string }
  /** Counts the blocks that it sends from now on. After so many it rests until it is told to go on, or kills itself. */
  | { readonly serve: { readonly thenRest?: number; readonly thenDie?: number } }
  | { readonly resume: true }
  | { readonly count: true }

/** How it begins. */
export interface PeerOptions {
  readonly bootstrap: readonly string[]
  /** Whether others are to find and dial it. */
  readonly serves: boolean
}

/** What it tells. */
export type Report =
  | { readonly peer: string; readonly addresses: readonly string[] }
  | { readonly shared: string }
  | { readonly ready: true }
  | { readonly fetched: readonly number[]; readonly damaged: number }
  | { readonly lost: string; readonly bytesDown: number }
  | { readonly sent: readonly number[] }

type All<T> = T extends unknown ? keyof T : never
type With<K extends All<Report>> = Extract<Report, Record<K, unknown>>

/** A peer in a process of its own; see `peer.child.ts`. */
export class PeerProcess {
  /** Resolves when the process is no more, with the signal that ended it. */
  readonly gone: Promise<NodeJS.Signals | null>
  readonly #child: ChildProcess
  readonly #reports: Report[] = []
  readonly #waiting = new Set<() => void>()

  constructor(options: PeerOptions) {
    this.#child = fork(fileURLToPath(new URL('peer.child.ts', import.meta.url)), [JSON.stringify(options)])
    this.#child.on('message', (report: Report) => {
      this.#reports.push(report)
      this.#wake()
    })
    this.gone = once(this.#child, 'exit').then(([, signal]) => signal)
    this.gone.then(() => this.#wake())
  }

  tell(order: Order): void {
    this.#child.send(order)
  }

  /** The first report that has this, whether it has come or is still to come. Rejects when the process is gone before. */
  async hear<K extends All<Report>>(key: K, which: (report: With<K>) => boolean = () => true): Promise<With<K>> {
    for (;;) {
      const report = this.#reports.find((each) => key in each && which(each as With<K>))
      if (report !== undefined) return report as With<K>
      if (this.#child.exitCode !== null || this.#child.signalCode !== null)
        throw new Error(`no ${key}: the peer is gone`)
      await new Promise<void>((resolve) => this.#waiting.add(resolve))
    }
  }

  /** Ends the process, if it has not ended. */
  async end(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.gone
  }

  #wake(): void {
    for (const wake of this.#waiting) wake()
    this.#waiting.clear()
  }
}
