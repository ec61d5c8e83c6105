import type { PagedBitfield } from '../bitfield/paged-bitfield.ts'
import type { Replicator } from '../replicator/replicator.ts'
import type { Download } from './download.ts'

/** The feed whose blocks are fetched. */
export interface FetchedFeed {
  /** The blocks that are here. */
  readonly have: PagedBitfield
  /** The feed's length, 0 while it is not known. */
  readonly blocks: number
  readonly replicator: Replicator
}

/** The downloads of one feed that are not done. */
export class Downloads {
  readonly #active = new Set<Download>()
  readonly #feed: FetchedFeed

  constructor(feed: FetchedFeed) {
    this.#feed = feed
  }

  /** Begins to fetch, if anything of it is missing. */
  add(download: Download): void {
    this.#active.add(download)
    if (this.#feed.blocks > 0) this.#count(download)
    if (this.#active.has(download)) this.#feed.replicator.addRange(download)
  }

  /** Blocks have come or gone. */
  changed(blocks: readonly number[]): void {
    for (const download of [...this.#active]) {
      if (download.total === Infinity) {
        this.#count(download)
        continue
      }
      let { downloaded } = download
      for (const block of blocks) if (download.includes(block)) downloaded += this.#feed.have.has(block) ? 1 : -1
      this.#update(download, downloaded, download.total)
    }
  }

  /** Fetches it no more. */
  delete(download: Download): void {
    if (this.#active.delete(download)) this.#feed.replicator.deleteRange(download)
  }

  cancelAll(error: Error): void {
    for (const download of [...this.#active]) {
      this.delete(download)
      download.fail(error)
    }
  }

  #count(download: Download): void {
    const end = Math.min(download.end, this.#feed.blocks)
    this.#update(download, this.#feed.have.count(download.start, end), Math.max(0, end - download.start))
  }

  #update(download: Download, downloaded: number, total: number): void {
    if (download.update(downloaded, total)) this.delete(download)
  }
}
