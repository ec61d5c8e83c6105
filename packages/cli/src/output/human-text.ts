import type { WriteStream } from 'node:tty'
import type { DoneEvent, Event, FeedEvent, LookingEvent, PeerEvent, ProgressEvent } from './events.ts'
import { LiveLine } from './live-line.ts'
import type { Reporter } from './reporter.ts'
import {
  feedLine,
  feedText,
  listeningText,
  lookingText,
  pageText,
  peerLine,
  savedText,
  seedingText,
  servedText,
  sharingText,
  verifiedText
} from './sentences.ts'
import { Status } from './status.ts'

export interface HumanTextOptions {
  /** The command that is run, such as `get`. */
  readonly command: string
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  readonly quiet: boolean
  /** Whether standard output is for the feed's bytes. */
  readonly bytesOnStdout: boolean
}

/** Results on standard output; what happens meanwhile, and errors, on standard error. */
export class HumanText implements Reporter {
  readonly #options: HumanTextOptions
  readonly #live: LiveLine | undefined
  /** What was last told of each peer: the same trouble need not be told twice. */
  readonly #told = new Map<string, string>()
  #status: Status | undefined

  constructor(options: HumanTextOptions) {
    this.#options = options
    const { quiet, stdout, stderr, bytesOnStdout } = options
    // Bytes that scroll by on the same terminal would tear the line apart.
    const free = stderr.isTTY && !(bytesOnStdout && stdout.isTTY) && process.env.TERM !== 'dumb'
    this.#live = free && !quiet ? new LiveLine(stderr as WriteStream) : undefined
  }

  report(event: Event): void {
    switch (event.event) {
      case 'sharing':
        return this.#result(sharingText(event), event.id)
      case 'seeding':
        return this.#aside(seedingText(event))
      case 'page':
        return this.#result(pageText(event), event.url)
      case 'listening':
        return this.#result(listeningText(event), event.addresses.join('\n'))
      case 'looking':
        return this.#looking(event)
      case 'progress':
        return this.#progress(event)
      case 'peer':
        return this.#peer(event)
      case 'feed':
        return this.#feed(event)
      case 'damaged':
        return this.#result(`${event.id}: block ${event.block} is damaged; dropped`)
      case 'removed':
        return this.#aside(`${event.id} removed`)
      case 'warning':
        return this.#complain(`warning: ${event.message}`)
      case 'done':
        return this.#done(event)
      case 'error':
        this.#hide()
        return this.#complain(event.message)
    }
  }

  close(): void {
    this.#hide()
  }

  #progress(event: ProgressEvent): void {
    if (this.#live === undefined) return
    if (this.#status?.action === event.action) return this.#status.progress(event, performance.now())
    const status = new Status(event, performance.now())
    this.#status = status
    this.#live.show((columns) => status.line(columns, performance.now()))
  }

  #looking(event: LookingEvent): void {
    this.#status?.looking(event)
    // Once is enough where lines stay: who is found is told as a peer.
    if (this.#live !== undefined || this.#told.has('looking')) return
    this.#told.set('looking', '')
    this.#aside(lookingText(event))
  }

  #peer(event: PeerEvent): void {
    this.#status?.peer(event)
    if (this.#live !== undefined || event.state === 'dialing') return
    const line = peerLine(event)
    if (this.#told.get(event.address) === line) return
    this.#told.set(event.address, line)
    this.#aside(line)
  }

  #feed(event: FeedEvent): void {
    this.#result(this.#options.command === 'info' ? feedText(event) : feedLine(event))
  }

  #done(event: DoneEvent): void {
    this.#hide()
    switch (this.#options.command) {
      case 'get':
        return this.#aside(savedText(event))
      case 'share':
      case 'seed':
        return this.#aside(servedText(event))
      case 'node':
        return this.#aside('Stopped.')
      case 'verify':
        return this.#aside(verifiedText(event))
      case 'ls':
        if (event.feeds === 0) this.#aside('no feeds yet: `anyfeed share FILE` adds one')
    }
  }

  /** What the command is for. `short`: what is left of it when quiet. */
  #result(text: string, short: string = text): void {
    this.#print(this.#options.stdout, this.#options.quiet ? short : text)
  }

  /** What is good to know. */
  #aside(text: string): void {
    if (!this.#options.quiet) this.#print(this.#options.stderr, text)
  }

  #complain(text: string): void {
    this.#print(this.#options.stderr, `anyfeed: ${text}`)
  }

  #print(to: NodeJS.WriteStream, text: string): void {
    if (this.#live === undefined || !to.isTTY) to.write(`${text}\n`)
    else this.#live.print(text)
  }

  #hide(): void {
    this.#live?.hide()
    this.#status = undefined
  }
}
