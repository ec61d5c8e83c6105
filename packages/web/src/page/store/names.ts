import { BrowserLevel } from 'browser-level'

/** What the page knows of a feed beside the feed itself. */
export interface Label {
  readonly name: string
  readonly paused: boolean
}

/** The labels of all feeds, in a database of their own. */
export class Names {
  readonly #db = new BrowserLevel<string, Label>('anyfeed-names', { valueEncoding: 'json' })

  async all(): Promise<Array<[id: string, label: Label]>> {
    return await this.#db.iterator().all()
  }

  async put(id: string, label: Label): Promise<void> {
    await this.#db.put(id, label)
  }

  async delete(id: string): Promise<void> {
    await this.#db.del(id)
  }
}
