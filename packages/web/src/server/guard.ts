import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { isIP, isIPv4 } from 'node:net'

/** Why a request is turned away: an HTTP status, and a sentence. */
export interface Refusal {
  readonly status: 401 | 403
  readonly message: string
}

/** What a server takes for its own. */
export interface Trusted {
  /** Names beside `localhost` under which the page may be reached; an IP address always may. */
  readonly names: readonly string[]
  /** What a request has to show to write anything. */
  readonly token: string
}

/**
 * Whether a request comes from our own page, or from no page at all: `undefined` if so.
 *
 * A page elsewhere can have a browser ask us anything. It cannot keep the browser from saying for whom it asks (`Origin`,
 * `Sec-Fetch-Site`); and a name that its owner points to this machine (DNS rebinding) shows in `Host`.
 */
export function refusalOf({ headers }: IncomingMessage, { names }: Trusted): Refusal | undefined {
  const { host = '', origin, 'sec-fetch-site': site } = headers
  const name = nameOf(host)
  if (isIP(name) === 0 && name !== 'localhost' && !names.includes(name)) {
    return { status: 403, message: 'this server does not answer to that name' }
  }
  if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`) {
    return { status: 403, message: 'only the page of this server may ask' }
  }
  // Following a link leads here from anywhere, and shows the page to nobody but the user.
  const visit = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document'
  if (site !== undefined && site !== 'same-origin' && site !== 'none' && !visit) {
    return { status: 403, message: 'only the page of this server may ask' }
  }
  return undefined
}

/**
 * Whether a WebSocket that is asked for is for our own page: one of `port`, under the name or address of this machine by
 * which it asks (`host`); or one that is reached by a name of ours, whatever stands in front of it.
 */
export function isOwnPage(origin: string, host: string, { port, names }: { port: number; names: readonly string[] }) {
  if (!URL.canParse(origin)) return false
  const page = new URL(origin)
  if (names.includes(page.hostname)) return true
  if (Number(page.port || (page.protocol === 'https:' ? 443 : 80)) !== port) return false
  const [from, to] = [nameOf(page.host), nameOf(host)]
  return from === to ? isIP(from) !== 0 : from === 'localhost' && isLoopback(to)
}

/** The part of `host:port` in front of the port, of an IPv6 address what is in its brackets. */
function nameOf(host: string): string {
  return /^\[(.+)\](?::\d+)?$/.exec(host)?.[1] ?? host.replace(/:\d+$/, '')
}

function isLoopback(address: string): boolean {
  return address === '::1' || (isIPv4(address) && address.startsWith('127.'))
}

/** Whether a request shows the token, which a page elsewhere does not know. */
export function showsToken({ headers }: IncomingMessage, { token }: Trusted): boolean {
  const shown = Buffer.from(/^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1] ?? '')
  const expected = Buffer.from(token)
  return shown.length === expected.length && timingSafeEqual(shown, expected)
}
