import type { Core } from '@anyfeed/core'
import type { Transport } from '@anyfeed/interfaces'
import { toHex } from '../hex.ts'
import type { AddingState, FeedState } from '../messages.ts'
import { KeptFeed } from './kept-feed.ts'
import type { Names } from './names.ts'

/** Bytes of a block: what the command line makes too, so that the same file has the same id. */
const BLOCK = 64 * 1024

/** Blocks that are appended with one write. */
const BATCH = 16

/** The feeds that this browser keeps. */
export class Library {
  readonly #core: Core
  readonly #names: Names
  readonly #ports: Transport
  readonly #feeds = new Map<string, KeptFeed>()
  readonly #adding = new Set<AddingState>()
  onChange: () => void = () => {}

  constructor(core: Core, names: Names, ports: Transport) {
    this.#core = core
    this.#names = names
    this.#ports = ports
  }

  get feeds(): FeedState[] {
    return [...this.#feeds.values()].map(({ state }) => state)
  }

  get adding(): AddingState[] {
    return [...this.#adding]
  }

  /** Takes up what was here before. What was being added when the last tab was closed cannot be gone on with. */
  async open(): Promise<void> {
    for await (const { key } of this.#core.unfinished()) await this.#core.discard(key)
    for (const [id, label] of await this.#names.all()) await this.#take(id, label.name, label.paused)
  }

  /** Adds a file, block by block; resolves with its id. */
  async share(file: File): Promise<string> {
    const { name, size } = file
    if (size === 0) throw new Error('An empty file has nothing to share.')
    const adding = { name, bytes: 0, total: size }
    this.#adding.add(adding)
    const feed = this.#core.add()
    const key = feed.key as Uint8Array
    try {
      let batch: Uint8Array[] = []
      for await (const block of blocksOf(file.stream())) {
        batch.push(block)
        if (batch.length < BATCH) continue
        await feed.append(batch, { transfer: true })
        batch = []
        adding.bytes = feed.byteLength
        this.onChange()
      }
      if (batch.length > 0) await feed.append(batch, { transfer: true })
      const id = toHex((await feed.finalize()) as Uint8Array)
      await this.#names.put(id, { name, paused: false })
      await this.#take(id, name, false)
      return id
    } catch (error) {
      await this.#core.discard(key).catch(() => {})
      throw error
    } finally {
      await feed.close()
      this.#adding.delete(adding)
      this.onChange()
    }
  }

  /** Fetches a feed, and keeps it. */
  async fetch(id: string, name: string): Promise<void> {
    if (this.#feeds.has(id)) return
    await this.#names.put(id, { name, paused: false })
    await this.#take(id, name, false)
  }

  /** Trades a feed no more, until it is resumed. */
  async pause(id: string): Promise<void> {
    await this.#mark(id, true)
    this.#require(id).feed.pause()
  }

  async resume(id: string): Promise<void> {
    await this.#mark(id, false)
    const kept = this.#require(id)
    kept.feed.resume()
    kept.fetch()
  }

  async remove(id: string): Promise<void> {
    this.#feeds.delete(id)
    this.onChange()
    await this.#names.delete(id)
    await this.#core.delete(id)
  }

  /** Offers the bytes of a feed, once, to whoever dials the address that it resolves with. */
  async save(id: string): Promise<string> {
    const { feed } = this.#require(id)
    const listener = await this.#ports.listen('/messageport/0', {
      onConnection: (connection) => {
        listener.close()
        // The reader is told of a failure by the connection itself.
        connection.sink(feed.read()).catch(() => {})
      }
    })
    return listener.addresses[0] as string
  }

  async #take(id: string, name: string, paused: boolean): Promise<void> {
    if (this.#feeds.has(id)) return
    const kept = new KeptFeed(id, this.#core.get(id), { name, paused }, () => this.onChange())
    this.#feeds.set(id, kept)
    await kept.open()
    this.onChange()
  }

  async #mark(id: string, paused: boolean): Promise<void> {
    const kept = this.#require(id)
    kept.label = { ...kept.label, paused }
    await this.#names.put(id, kept.label)
    this.onChange()
  }

  #require(id: string): KeptFeed {
    const kept = this.#feeds.get(id)
    if (kept === undefined) throw new Error('That feed is not here.')
    return kept
  }
}

/** The bytes of a stream in blocks, each a fresh array. */
async function* blocksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  let block = new Uint8Array(BLOCK)
  let filled = 0
  for await (const chunk of stream) {
    for (let at = 0; at < chunk.length; ) {
      const part = chunk.subarray(at, at + BLOCK - filled)
      block.set(part, filled)
      at += part.length
      filled += part.length
      if (filled < BLOCK) continue
      yield block
      block = new Uint8Array(BLOCK)
      filled = 0
    }
  }
  if (filled > 0) yield block.slice(0, filled)
}
