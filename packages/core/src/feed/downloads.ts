import type { PagedBitfield } from '../bitfield/paged-bitfield.ts'
import type { Replicator } from '../replicator/replicator.ts'
import type { Download } from './download.ts'

/** The downloads of one feed that are not done. */
export class Downloads {
  readonly #active = new Set<Download>()
  readonly #have: PagedBitfield
  readonly #blocks: () => number
  readonly #replicator: Replicator

  /** `have` are the blocks that are here; `blocks` tells the feed's number of blocks, 0 while it is not known. */
  constructor(have: PagedBitfield, blocks: () => number, replicator: Replicator) {
    this.#have = have
    this.#blocks = blocks
    this.#replicator = replicator
  }

  /** Begins to fetch, if anything of it is missing. */
  add(download: Download): void {
    this.#active.add(download)
    if (this.#blocks() > 0) this.#count(download)
    if (this.#active.has(download)) this.#replicator.addRange(download)
  }

  /** Blocks have come or gone. */
  changed(blocks: readonly number[]): void {
    for (const download of [...this.#active]) {
      if (download.total === Infinity) {
        this.#count(download)
        continue
      }
      let { downloaded } = download
      for (const block of blocks) if (download.includes(block)) downloaded += this.#have.has(block) ? 1 : -1
      this.#update(download, downloaded, download.total)
    }
  }

  cancel(download: Download, error: Error): void {
    if (this.#active.delete(download)) this.#replicator.deleteRange(download)
    download.fail(error)
  }

  cancelAll(error: Error): void {
    for (const download of [...this.#active]) this.cancel(download, error)
  }

  #count(download: Download): void {
    const end = Math.min(download.end, this.#blocks())
    this.#update(download, this.#have.count(download.start, end), Math.max(0, end - download.start))
  }

  #update(download: Download, downloaded: number, total: number): void {
    if (!download.update(downloaded, total)) return
    this.#active.delete(download)
    this.#replicator.deleteRange(download)
  }
}
