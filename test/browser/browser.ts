import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import { findChromium, HOW_TO_GET_CHROMIUM } from './chromium.ts'

/** Nothing is asked of anybody outside; Chromium's own sandbox needs rights that a container's root has not. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Without it two pages know each other only by mDNS names, which nothing on this machine need resolve.
  '--disable-features=WebRtcHideLocalIpsWithMdns',
  '--force-webrtc-ip-handling-policy=default_public_and_private_interfaces'
]

/** What Chromium tells of by itself when the other end of a socket is gone. */
const EXPECTED = /^WebSocket connection to|net::ERR_/

/** A Chromium whose profile is in a folder, so that it can be ended and started again. */
export class Browser {
  readonly #profile = mkdtempSync(join(tmpdir(), 'anyfeed-browser-'))
  #context: BrowserContext | undefined
  readonly #faults: string[] = []

  /** Starts it, unless it runs. */
  async start(): Promise<BrowserContext> {
    const executablePath = findChromium()
    if (executablePath === undefined) throw new Error(`no Chromium was found: ${HOW_TO_GET_CHROMIUM}`)
    this.#context ??= await chromium.launchPersistentContext(this.#profile, { executablePath, args: FLAGS })
    return this.#context
  }

  /** A new page at `url`, which has loaded. What goes wrong in it by itself makes `close` reject. */
  async open(url: string): Promise<Page> {
    const page = await (await this.start()).newPage()
    // How long a test may take is all that limits what it waits for.
    page.setDefaultTimeout(0)
    page.on('pageerror', (error) => this.#faults.push(String(error.stack)))
    page.on('console', (message) => {
      if (message.type() === 'error' && !EXPECTED.test(message.text())) this.#faults.push(message.text())
    })
    await page.goto(url)
    return page
  }

  /** Ends the process that runs a page. Resolves when it is gone. */
  async crash(page: Page): Promise<void> {
    const crashed = page.waitForEvent('crash')
    const session = await page.context().newCDPSession(page)
    session.send('Page.crash').catch(() => {})
    await crashed
    await page.close()
  }

  /** Ends the process of the browser, and all of its pages, as a crash does. Resolves when it is gone. */
  async kill(page: Page): Promise<void> {
    const context = this.#context
    this.#context = undefined
    const gone = new Promise((resolve) => context?.once('close', resolve))
    const session = await page.context().newCDPSession(page)
    session.send('Browser.crash' as never).catch(() => {})
    await gone
  }

  /** Ends it. Rejects when something went wrong in a page: an error that nobody caught, or what its policy forbids. */
  async close(): Promise<void> {
    await this.#context?.close()
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 10 })
    if (this.#faults.length > 0) throw new Error(`in the pages: ${this.#faults.join('\n')}`)
  }
}
