import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import type { Event } from '../src/output/events.ts'

export const PROGRAM = fileURLToPath(new URL('../dist/main.js', import.meta.url))

export const LOOPBACK = ['--listen', '/ip4/127.0.0.1/tcp/0']

/** How a run ended, and what it said. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: Buffer
  readonly stderr: string
  /** With `--json`: the objects that were printed. */
  readonly events: Event[]
}

/** The event of one kind. */
type Of<K extends Event['event']> = Extract<Event, { event: K }>

/** The commands that meet peers. */
const NETWORKED = ['share', 'get', 'cat', 'seed']

/** Unless a test says otherwise, peers meet over plain TCP by the addresses that they are given, and nowhere else. */
function quietly(args: readonly string[]): readonly string[] {
  if (!NETWORKED.includes(args[0] as string)) return args
  const transport = args.includes('--transport') ? [] : ['--transport', 'tcp']
  const discovery = args.some((each) => each.endsWith('discovery')) ? [] : ['--no-discovery']
  return [...args, ...transport, ...discovery]
}

/** A run of the built command line in a process of its own, which does not outlive its test. */
export class Run {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  readonly #events: Event[] = []
  readonly #waiting = new Set<() => void>()
  #over = false

  constructor(args: readonly string[], options: { stdout?: number; cwd?: string } = {}) {
    const child = spawn(process.execPath, [PROGRAM, ...quietly(args)], {
      stdio: ['pipe', options.stdout ?? 'pipe', 'pipe'],
      ...(options.cwd === undefined ? {} : { cwd: options.cwd })
    })
    this.child = child
    child.stdin?.on('error', () => {})
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    child.stdout?.on('data', (chunk) => stdout.push(chunk))
    child.stderr?.on('data', (chunk) => stderr.push(chunk))
    const bytesOnStdout = args[0] === 'cat' || args[args.indexOf('-o') + 1] === '-'
    const lines = bytesOnStdout ? child.stderr : child.stdout
    if (args.includes('--json') && lines) this.#parse(lines)
    this.ended = new Promise((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code, signal) => {
        this.#over = true
        this.#wake()
        const text = Buffer.concat(stderr).toString()
        resolve({ code, signal, stdout: Buffer.concat(stdout), stderr: text, events: this.#events })
      })
    })
    onTestFinished(async () => {
      child.kill('SIGKILL')
      await this.ended
    })
  }

  /** The first event of a kind (that also `accept` takes), now or later. Rejects when the run ends without it. */
  async event<K extends Event['event']>(kind: K, accept: (event: Of<K>) => boolean = () => true): Promise<Of<K>> {
    for (let next = 0; ; ) {
      for (; next < this.#events.length; next++) {
        const event = this.#events[next] as Event
        if (event.event === kind && accept(event as Of<K>)) return event as Of<K>
      }
      if (this.#over) throw new Error(`no event ${kind}: ${JSON.stringify(this.#events.slice(-3))}`)
      await new Promise<void>((resolve) => this.#waiting.add(resolve))
    }
  }

  /** Sends a signal and resolves with how it ended. */
  kill(signal: NodeJS.Signals): Promise<Ended> {
    this.child.kill(signal)
    return this.ended
  }

  #parse(stream: NodeJS.ReadableStream): void {
    createInterface({ input: stream }).on('line', (line) => {
      this.#events.push(JSON.parse(line))
      this.#wake()
    })
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve()
    this.#waiting.clear()
  }
}

/** Runs a command to its end. */
export function anyfeed(...args: string[]): Promise<Ended> {
  const run = new Run(args)
  run.child.stdin?.end()
  return run.ended
}

/** The event of a kind in a run that has ended. */
export function eventOf<K extends Event['event']>({ events, stderr }: Ended, kind: K): Of<K> {
  const event = events.find((each) => each.event === kind)
  if (event === undefined) throw new Error(`no event ${kind} in ${JSON.stringify(events)} ${stderr}`)
  return event as Of<K>
}

/** An empty directory, gone after the test. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'anyfeed-cli-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  return directory
}

/** Bytes that no compression makes smaller, the same for the same `seed`. */
export function noise(length: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(length)
  let state = seed >>> 0 || 1
  for (let i = 0; i + 4 <= length; i += 4) {
    // xorshift32
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    bytes.writeUInt32LE(state >>> 0, i)
  }
  return bytes
}

/** A file of noise. */
export async function noiseFile(directory: string, length: number, seed = 1): Promise<string> {
  const file = join(directory, `noise-${length}-${seed}`)
  await writeFile(file, noise(length, seed))
  return file
}

/** Shares a file until the test is over. */
export async function sharing(file: string, store: string): Promise<{ run: Run; id: string; peer: string }> {
  const run = new Run(['share', file, '--store', store, ...LOOPBACK, '--json'])
  const { id, addresses } = await run.event('sharing')
  return { run, id, peer: addresses[0] as string }
}

export function sameBytes(a: string, b: string): boolean {
  return readFileSync(a).equals(readFileSync(b))
}
