import type { Feed } from '@anyfeed/core'
import { explain } from '../explain.ts'
import type { FeedState } from '../messages.ts'
import { BlockMap } from './block-map.ts'
import type { Label } from './names.ts'

/** A feed of the library: it is fetched until it is complete, unless paused, and served. */
export class KeptFeed {
  readonly id: string
  readonly feed: Feed
  label: Label
  readonly #map = new BlockMap()
  #mapped = 0
  #error: string | undefined

  /** `onChange` is called when there is something new to show. */
  constructor(id: string, feed: Feed, label: Label, onChange: () => void) {
    this.id = id
    this.feed = feed
    this.label = label
    feed.on('update', () => {
      if (feed.opened && feed.blocks !== this.#mapped) this.#count()
      onChange()
    })
    feed.on('download', (block) => {
      if (feed.blocks === this.#mapped) this.#map.add(block)
      onChange()
    })
    feed.on('error', (error) => {
      this.#error = explain(error)
      onChange()
    })
  }

  async open(): Promise<void> {
    await this.feed.open()
    this.#count()
    if (this.label.paused) this.feed.pause()
    this.fetch()
  }

  /** Fetches what is missing, as far as it is not paused. */
  fetch(): void {
    if (this.feed.complete) return
    this.#error = undefined
    this.feed.download().done.catch((error) => {
      this.#error = explain(error)
    })
  }

  get state(): FeedState {
    const { id, feed, label } = this
    return {
      id,
      name: label.name,
      bytes: feed.byteLength,
      blocks: feed.blocks,
      held: feed.held,
      complete: feed.complete,
      paused: label.paused,
      cells: this.#map.cells,
      error: this.#error
    }
  }

  #count(): void {
    this.#map.count(this.feed)
    this.#mapped = this.feed.blocks
  }
}
