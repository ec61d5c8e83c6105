import type { Page } from 'playwright-core'
import { Browser } from './browser.ts'
import { bundlePage } from './bundle-page.ts'
import { Site } from './site.ts'

/** A site whose page runs the program `pages/<name>.ts`, and a browser to open it in. */
export class Pages {
  readonly browser = new Browser()
  readonly #site: Site
  /** Where the page is. */
  readonly url: string

  private constructor(site: Site, url: string) {
    this.#site = site
    this.url = url
  }

  static async of(name: string): Promise<Pages> {
    const site = new Site({ '/page.js': await bundlePage(name) })
    return new Pages(site, await site.open())
  }

  /** A new page, which has loaded; `told` is behind the `#` of its address. */
  async open(told = ''): Promise<Page> {
    return await this.browser.open(`${this.url}#${told}`)
  }

  /** Rejects when something went wrong in a page. */
  async close(): Promise<void> {
    this.#site.close()
    await this.browser.close()
  }
}
