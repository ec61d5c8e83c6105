import { request } from 'node:http'
import { createCore } from '@anyfeed/core'
import { memoryStorage } from '@anyfeed/storage-memory'
import { openWeb, type WebServer } from '@anyfeed/web'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const core = createCore({ storage: memoryStorage() })
let web: WebServer
let port: number

beforeAll(async () => {
  web = await openWeb({ core, port: 0, names: ['feeds.example'] })
  port = Number(new URL(web.url).port)
})
afterAll(async () => {
  await web.close()
  await core.close()
})

interface Answer {
  readonly status: number | undefined
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: string
}

/** Asks as any program may, with headers that no page could set. */
function ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (text) => {
        body += text
      })
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }))
    })
    asked.on('error', reject).end()
  })
}

const status = async (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  (await ask(path, headers, method)).status

describe('the server of the page', () => {
  it('listens on loopback alone unless told otherwise', () => {
    expect(web.url).toBe(`http://127.0.0.1:${port}/`)
    for (const address of web.addresses) expect(address).toMatch(/^\/ip4\/127\.0\.0\.1\//)
  })

  it.each(['/', '/app.js', '/store.js', '/save.js', '/style.css', '/icon.svg'])('serves %s', async (path) => {
    const { status, headers, body } = await ask(path)
    expect(status).toBe(200)
    expect(body.length).toBeGreaterThan(100)
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect((await ask(path, {}, 'HEAD')).body).toBe('')
  })

  it('lets the page load nothing from elsewhere, and speak to this server alone', async () => {
    const { headers, body } = await ask('/')
    const rules = new Map(
      String(headers['content-security-policy'])
        .split('; ')
        .map((rule) => [rule.split(' ')[0], rule.split(' ').slice(1)])
    )
    expect(rules.get('default-src')).toEqual(["'none'"])
    const [socket] = web.addresses.map((address) => `ws://127.0.0.1:${address.split('/')[4]}`)
    expect(rules.get('connect-src')).toEqual(["'self'", socket])
    rules.delete('default-src')
    rules.delete('connect-src')
    for (const [rule, sources] of rules) {
      expect(["'self'", "'none'", "'script'", 'anyfeed'], rule).toEqual(expect.arrayContaining(sources ?? []))
    }
    expect(body).not.toMatch(/(?:src|href)="(?!\/|#)/)
    expect(body).not.toMatch(/<script(?! src)|style=| on[a-z]+=/)
  })

  it.each([
    ['127.0.0.1', 200],
    ['localhost', 200],
    ['[::1]', 200],
    ['feeds.example', 200],
    ['evil.example', 403],
    ['127.0.0.1.evil.example', 403],
    ['', 403]
  ])('answers to the name %s with %i', async (name, expected) => {
    expect(await status('/api/network', { host: `${name}:${port}` })).toBe(expected)
  })

  it.each<[string, Record<string, string>, number]>([
    ['our own page', { origin: 'own', 'sec-fetch-site': 'same-origin' }, 200],
    ['a page elsewhere', { origin: 'https://evil.example' }, 403],
    ['a page of another port', { origin: 'http://127.0.0.1:1' }, 403],
    ['a page in a sandbox', { origin: 'null' }, 403],
    ['an image of a page elsewhere', { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'image' }, 403],
    ['the user', { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }, 200],
    ['a link', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }, 200],
    [
      'a frame elsewhere',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' },
      403
    ]
  ])('answers %s', async (_, headers, expected) => {
    const own = headers.origin === 'own' ? { ...headers, origin: `http://127.0.0.1:${port}` } : headers
    expect(await status('/api/network', own)).toBe(expected)
  })

  it.each<[string, (page: number) => Record<string, string>, number]>([
    ['the page', (page) => ({ origin: `http://127.0.0.1:${page}` }), 101],
    ['the page as localhost', (page) => ({ origin: `http://localhost:${page}` }), 101],
    ['the page under a name of ours', () => ({ origin: 'https://feeds.example' }), 101],
    ['a program that is no page', () => ({}), 101],
    ['a page elsewhere', () => ({ origin: 'https://evil.example' }), 403],
    ['a page of another port', () => ({ origin: 'http://127.0.0.1:1' }), 403],
    ['a page of another machine', (page) => ({ origin: `http://192.0.2.1:${page}` }), 403],
    ['a name that was pointed here', (page) => ({ origin: `http://evil.example:${page}`, host: 'evil.example' }), 403],
    ['a page in a sandbox', () => ({ origin: 'null' }), 403],
    ['a file', () => ({ origin: 'file://' }), 403]
  ])('gives a WebSocket to %s', async (_, headers, expected) => {
    const socket = Number(web.addresses[0]?.split('/')[4])
    const status = await new Promise((resolve, reject) => {
      const asked = request({
        host: '127.0.0.1',
        port: socket,
        headers: {
          connection: 'Upgrade',
          upgrade: 'websocket',
          'sec-websocket-version': '13',
          'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
          ...headers(port)
        }
      })
      asked.on('upgrade', (response, opened) => {
        opened.destroy()
        resolve(response.statusCode)
      })
      asked.on('response', (response) => resolve(response.resume().statusCode))
      asked.on('error', reject).end()
    })
    expect(status).toBe(expected)
  })

  it('writes for who shows the token, and for nobody else', async () => {
    const id = 'ab'.repeat(32)
    const token = { authorization: `Bearer ${web.token}` }
    for (const method of ['PUT', 'DELETE', 'GET']) {
      const path = method === 'GET' ? '/api/feeds' : `/api/feeds/${id}`
      expect(await status(path, {}, method)).toBe(401)
      expect(await status(path, { authorization: `Bearer ${'0'.repeat(web.token.length)}` }, method)).toBe(401)
      expect(await status(path, { ...token, origin: 'https://evil.example' }, method)).toBe(403)
    }
    expect(core.interests).toEqual([])

    expect(JSON.parse((await ask(`/api/feeds/${id}`, token, 'PUT')).body)).toEqual({ id, blocks: 0, held: 0 })
    expect(core.interests.map((each) => Buffer.from(each).toString('hex'))).toEqual([id])
    expect(JSON.parse((await ask('/api/feeds', token)).body)).toEqual([{ id, blocks: 0, held: 0 }])
    expect(await status(`/api/feeds/${id}`, token, 'DELETE')).toBe(200)
    expect(core.interests).toEqual([])
    expect(await status(`/api/feeds/${id}`, token, 'POST')).toBe(405)
    expect(await status('/api/feeds/no-id', token, 'PUT')).toBe(404)
  })

  it.each(['/nothing', '/../package.json', '/%2e%2e/index.js', '/api', '//'])('has nothing at %s', async (path) => {
    expect(await status(path)).toBe(404)
  })

  it('says so when the port is taken', async () => {
    await expect(openWeb({ core, port })).rejects.toMatchObject({ code: 'ERR_ADDRESS_IN_USE' })
  })
})
