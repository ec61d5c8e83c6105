import type { CaseResult } from '@anyfeed/conformance'
import type { Page } from 'playwright-core'
import type { NamedCell } from '../conformance/matrix/cell.ts'
import { openCarryingRelay } from './carrying-relay.ts'
import { openNode } from './node-peer.ts'
import type { Servers } from './pages/cells.ts'
import { Pages } from './pages.ts'

/** See `pages/conformance.ts`. */
declare const conformance: {
  runParts(): Promise<CaseResult[]>
  runCell(cell: NamedCell): Promise<CaseResult[]>
}

/** The conformance suites in a page, and a Node process through which the peers in there reach each other. */
export class ConformancePage {
  readonly #page: Page
  readonly #close: () => Promise<void>

  private constructor(page: Page, close: () => Promise<void>) {
    this.#page = page
    this.#close = close
  }

  /** To be closed. */
  static async open(): Promise<ConformancePage> {
    const [carrying, introducing] = await Promise.all([openCarryingRelay(), openNode()])
    const pages = await Pages.of('conformance')
    const close = async () => {
      await pages.close()
      await Promise.all([carrying.stop(), introducing.stop()])
    }
    try {
      const servers: Servers = {
        carrying: String(carrying.getMultiaddrs()[0]),
        introducing: String(introducing.getMultiaddrs()[0])
      }
      return new ConformancePage(await pages.open(encodeURIComponent(JSON.stringify(servers))), close)
    } catch (error) {
      await close()
      throw error
    }
  }

  /** Runs the suites of storages and transports. */
  async runParts(): Promise<CaseResult[]> {
    return await this.#page.evaluate(() => conformance.runParts())
  }

  /** Runs the stack suite for one of the cells of the matrix that are of a page. */
  async runCell(cell: NamedCell): Promise<CaseResult[]> {
    return await this.#page.evaluate((cell) => conformance.runCell(cell), cell)
  }

  /** Rejects when something went wrong in the page beside the suites. */
  async close(): Promise<void> {
    await this.#close()
  }
}

/** Pages at a time: cases wait for turns of the event loop, of which a page has few in a second, more than they compute. */
const PAGES = 4

/** Does all jobs, each in one of a few pages. Resolves with what they give, in order. */
export async function inPages<T>(jobs: ReadonlyArray<(page: ConformancePage) => Promise<T>>): Promise<T[]> {
  const given: T[] = []
  const waiting = jobs.entries()
  const work = async () => {
    const page = await ConformancePage.open()
    try {
      for (const [index, job] of waiting) given[index] = await job(page)
    } finally {
      await page.close()
    }
  }
  await Promise.all(Array.from({ length: Math.min(PAGES, jobs.length) }, work))
  return given
}
