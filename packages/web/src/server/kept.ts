import type { Core, Feed } from '@anyfeed/core'

/** What is told of a feed that is kept here. */
export interface KeptFeed {
  readonly id: string
  readonly blocks: number
  readonly held: number
}

/** Feeds that this process keeps and serves, whether the page is open or not. */
export class Kept {
  readonly #core: Core
  readonly #feeds = new Map<string, Feed>()

  constructor(core: Core) {
    this.#core = core
  }

  /** Takes up everything that is in the store. */
  async open(): Promise<void> {
    for await (const { id } of this.#core.list()) await this.keep(Buffer.from(id).toString('hex'))
  }

  /** Fetches a feed, keeps it and serves it. */
  async keep(id: string): Promise<KeptFeed> {
    let feed = this.#feeds.get(id)
    if (feed === undefined) {
      feed = this.#core.get(id)
      this.#feeds.set(id, feed)
      // A failure of the store shows in what is held, and at whoever reads.
      feed.on('error', () => {})
      feed.download()
      await feed.open()
    }
    return { id, blocks: feed.blocks, held: feed.held }
  }

  /** Deletes a feed here. */
  async drop(id: string): Promise<void> {
    this.#feeds.delete(id)
    await this.#core.delete(id)
  }

  get all(): KeptFeed[] {
    return [...this.#feeds].map(([id, { blocks, held }]) => ({ id, blocks, held }))
  }
}
