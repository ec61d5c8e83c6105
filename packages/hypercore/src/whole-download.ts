import type { Feed as CoreFeed } from '@anyfeed/core'

/**
 * Fetches all of a feed while it is in use. When the store fails, or a damaged block was dropped, it has stopped, and
 * begins again with the next call: a store that always fails must not keep peers sending for nothing.
 */
export class WholeDownload {
  readonly #feed: CoreFeed
  #running = false

  constructor(feed: CoreFeed) {
    this.#feed = feed
  }

  /** Begins, if something is missing and nothing is under way. Costs next to nothing otherwise. */
  start(): void {
    const feed = this.#feed
    if (this.#running || feed.closed || feed.id === null || feed.complete) return
    this.#running = true
    const stopped = () => {
      this.#running = false
    }
    feed.download().done.then(stopped, stopped)
  }
}
