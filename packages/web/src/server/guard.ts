import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'

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
  const name = /^\[(.+)\](?::\d+)?$/.exec(host)?.[1] ?? host.replace(/:\d+$/, '')
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

/** Whether a request shows the token, which a page elsewhere does not know. */
export function showsToken({ headers }: IncomingMessage, { token }: Trusted): boolean {
  const shown = Buffer.from(/^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1] ?? '')
  const expected = Buffer.from(token)
  return shown.length === expected.length && timingSafeEqual(shown, expected)
}
