import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a site serves under a path. */
export type Files = Readonly<Record<string, string>>

/** A page that runs the program `page.js`. */
const HTML =
  '<!doctype html><title>anyfeed</title><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>'

/** A site on this machine: an empty page, and programs for it. */
export class Site {
  readonly #server: Server

  constructor(files: Files) {
    this.#server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? '/', 'http://localhost')
      const body = pathname === '/' ? HTML : files[pathname]
      const type = pathname === '/' ? 'text/html' : 'text/javascript'
      response.writeHead(body === undefined ? 404 : 200, { 'content-type': `${type}; charset=utf-8` }).end(body)
    })
  }

  /** Resolves with the site's address. A port of 0 lets the system pick. */
  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`
  }

  close(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }
}
