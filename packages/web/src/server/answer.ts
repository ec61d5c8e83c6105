import type { IncomingMessage, ServerResponse } from 'node:http'
import type { PageFile } from './files.ts'
import { refusalOf, showsToken, type Trusted } from './guard.ts'
import type { Kept } from './kept.ts'

/** What a server answers from. */
export interface Site {
  readonly files: ReadonlyMap<string, PageFile>
  readonly headers: Readonly<Record<string, string>>
  readonly trusted: Trusted
  /** Multiaddrs under which a page reaches the network. */
  readonly network: readonly string[]
  readonly kept: Kept
}

/** Answers one request. Never rejects. */
export async function answer(site: Site, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { headers } = site
  const say = (status: number, value: unknown, more: Record<string, string> = {}) => {
    response.writeHead(status, { ...headers, 'content-type': 'application/json', ...more }).end(JSON.stringify(value))
  }
  try {
    const refusal = refusalOf(request, site.trusted)
    if (refusal !== undefined) return say(refusal.status, { error: refusal.message })
    const [path = ''] = (request.url ?? '').split('?')
    const reading = request.method === 'GET' || request.method === 'HEAD'
    const file = site.files.get(path)
    if (file !== undefined && reading) {
      response.writeHead(200, { ...headers, 'content-type': file.type, 'content-length': file.body.length })
      return void response.end(request.method === 'HEAD' ? undefined : file.body)
    }
    if (path === '/api/network' && reading) return say(200, { addresses: site.network })
    if (path !== '/api/feeds' && !path.startsWith('/api/feeds/')) return say(404, { error: 'there is nothing here' })
    // Ids are as good as the feeds themselves, so they are not told without it either.
    if (!showsToken(request, site.trusted)) {
      return say(401, { error: 'this needs the token that anyfeed web printed' }, { 'www-authenticate': 'Bearer' })
    }
    if (path === '/api/feeds' && reading) return say(200, site.kept.all)
    const id = /^\/api\/feeds\/([0-9a-f]{64})$/.exec(path)?.[1]
    if (id === undefined) return say(404, { error: 'a feed has an id of 64 hexadecimal digits' })
    if (request.method === 'PUT') return say(200, await site.kept.keep(id))
    if (request.method === 'DELETE') return say(200, await site.kept.drop(id).then(() => ({})))
    say(405, { error: 'a feed is kept by PUT and dropped by DELETE' }, { allow: 'PUT, DELETE' })
  } catch (error) {
    if (response.headersSent) response.destroy()
    else say(500, { error: (error as Error).message })
  }
}
