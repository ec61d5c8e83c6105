import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Browser } from './browser.ts'
import { blockOf } from './pages/content.ts'
import { Site } from './site.ts'
import { WebCommand } from './web-command.ts'

let command: WebCommand
const one = new Browser()
const other = new Browser()
const old = new Browser()

beforeAll(async () => {
  command = await WebCommand.start()
})
afterAll(async () => {
  await Promise.all([one.close(), other.close(), old.close()])
  await command.stop()
})

const MIB = 1024 * 1024
const AXE = readFileSync(fileURLToPath(import.meta.resolve('axe-core')), 'utf8')

declare const axe: { run(): Promise<AxeResults> }

const content = Buffer.from(blockOf(0, 5 * MIB + 17))
const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

const card = (page: Page, name: string) => page.getByRole('listitem').filter({ hasText: name })
const whenState = (page: Page, name: string, state: string) =>
  page.locator(`[data-state="${state}"]`).filter({ hasText: name }).waitFor()

async function shareFile(page: Page, name: string, buffer: Buffer): Promise<string> {
  await page.getByLabel('Share a file').setInputFiles({ name, mimeType: 'application/octet-stream', buffer })
  await whenState(page, name, 'complete')
  return (await card(page, name).getAttribute('data-id')) as string
}

/** What the browser has written to disk when a feed was saved. */
async function savedBy(page: Page, name: string): Promise<{ name: string; bytes: Buffer }> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: `Save: ${name}` }).click()
  ])
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) }
}

describe('anyfeed web', () => {
  it('shares a file that another browser fetches, page to page, and saves it to disk', async () => {
    const sharing = await one.open(command.url)
    const id = await shareFile(sharing, 'holiday.mp4', content)
    expect(id).toMatch(/^[0-9a-f]{64}$/)
    expect(sharing.url()).not.toContain(command.token)
    await card(sharing, 'holiday.mp4').getByText('Id, link and QR code').click()
    await sharing.getByRole('img', { name: 'The link to holiday.mp4 as a QR code' }).waitFor()
    const link = (await card(sharing, 'holiday.mp4').getByRole('link').getAttribute('href')) as string
    expect(link).toBe(`${command.page}#${id}/holiday.mp4`)

    const fetching = await other.open(command.page)
    await fetching.getByLabel('An id, or a link with one').fill(link)
    await fetching.keyboard.press('Enter')
    await whenState(fetching, 'holiday.mp4', 'complete')
    await fetching.getByRole('cell', { name: 'WebRTC' }).first().waitFor()
    // Both look for each other, and either may have been the one who found.
    const found = [fetching, sharing].map((page) => page.getByRole('cell', { name: 'kad-dht' }).first().waitFor())
    await Promise.any(found)
    const saved = await savedBy(fetching, 'holiday.mp4')
    expect(saved.name).toBe('holiday.mp4')
    expect(hash(saved.bytes)).toBe(hash(content))
    await fetching.close()
    await sharing.close()
  })

  it('finds everything again after a reload, and shows it in every tab', async () => {
    const page = await one.open(command.page)
    await whenState(page, 'holiday.mp4', 'complete')
    await shareFile(page, 'notes.txt', Buffer.from('notes'))
    const tab = await one.open(command.page)
    await whenState(tab, 'notes.txt', 'complete')
    await card(tab, 'notes.txt')
      .getByRole('button', { name: /^Pause/ })
      .click()
    await card(page, 'notes.txt')
      .getByRole('button', { name: /^Resume/ })
      .waitFor()
    await page.reload()
    await card(page, 'notes.txt')
      .getByRole('button', { name: /^Resume/ })
      .click()
    await card(tab, 'notes.txt')
      .getByRole('button', { name: /^Pause/ })
      .waitFor()
    expect((await savedBy(tab, 'notes.txt')).bytes.toString()).toBe('notes')
    page.once('dialog', (dialog) => dialog.accept())
    await card(page, 'notes.txt')
      .getByRole('button', { name: /^Remove/ })
      .click()
    await card(tab, 'notes.txt').waitFor({ state: 'detached' })
    await Promise.all([page.close(), tab.close()])
  })

  it('has the server keep a copy, which is there when the page is not', async () => {
    const page = await one.open(command.url)
    const id = await shareFile(page, 'copied.bin', content.subarray(0, MIB))
    await card(page, 'copied.bin')
      .getByRole('button', { name: /^Keep a copy/ })
      .click()
    const kept = async () => {
      const response = await fetch(`${command.page}api/feeds`, {
        headers: { authorization: `Bearer ${command.token}` }
      })
      const all = (await response.json()) as Array<{ id: string; blocks: number; held: number }>
      return all.find((each) => each.id === id)
    }
    await expect.poll(kept, { timeout: 60_000 }).toEqual({ id, blocks: 16, held: 16 })
    await page.close()

    const elsewhere = await other.open(`${command.page}#${id}/copied.bin`)
    await whenState(elsewhere, 'copied.bin', 'complete')
    await elsewhere.close()
  })

  it.each(['light', 'dark'] as const)('can be used by everybody, in %s', async (colorScheme) => {
    const page = await one.open(command.url)
    await page.emulateMedia({ colorScheme })
    await whenState(page, 'holiday.mp4', 'complete')
    await card(page, 'holiday.mp4').getByText('Id, link and QR code').click()
    await page.evaluate(AXE)
    const { violations, passes } = await page.evaluate(() => axe.run())
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([])
    expect(passes.length).toBeGreaterThan(20)
    await page.close()
  })

  it('can be used by the keyboard alone', async () => {
    const page = await one.open(command.page)
    await whenState(page, 'holiday.mp4', 'complete')
    const reached: string[] = []
    for (let i = 0; i < 30; i++) {
      await page.keyboard.press('Tab')
      const focused = page.locator(':focus')
      if ((await focused.count()) === 0) break
      const name = await focused.evaluate((element) => element.getAttribute('aria-label') ?? element.textContent ?? '')
      reached.push(name.trim() === '' ? await focused.evaluate((element) => element.id) : name.trim())
      const outlined = await focused.evaluate((element) => {
        const shown = element.id === 'file' ? (element.nextElementSibling ?? element) : element
        return element.ownerDocument.defaultView?.getComputedStyle(shown).outlineStyle
      })
      expect(outlined, reached.at(-1)).not.toBe('none')
    }
    expect(reached.slice(0, 4)).toEqual(['Skip to the feeds', 'file', 'id', 'Fetch'])
    expect(reached).toEqual(
      expect.arrayContaining([
        'Save: holiday.mp4',
        'Pause: holiday.mp4',
        'Copy link: holiday.mp4',
        'Remove: holiday.mp4'
      ])
    )
    await page.close()
  })

  it('says so when the browser has no more room, and keeps what it has', async () => {
    const page = await other.open(command.page)
    const session = await page.context().newCDPSession(page)
    const { origin } = new URL(command.page)
    await whenState(page, 'holiday.mp4', 'complete')
    const { usage } = await session.send('Storage.getUsageAndQuota', { origin })
    await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: usage + 2 * MIB })
    // The store ends with its last tab; what room there is, it is told when it begins.
    await page.reload()
    await whenState(page, 'holiday.mp4', 'complete')
    const buffer = Buffer.from(blockOf(1, 16 * MIB))
    await page.getByLabel('Share a file').setInputFiles({ name: 'large.bin', mimeType: 'video/mp4', buffer })
    await page.getByText('large.bin was not shared. This browser has no more room').first().waitFor()
    expect(hash((await savedBy(page, 'holiday.mp4')).bytes)).toBe(hash(content))
    await session.send('Storage.overrideQuotaForOrigin', { origin })
    await page.close()
  })

  it('has the store in one tab at a time where the browser has no SharedWorker', async () => {
    const context = await old.start()
    await context.addInitScript(() => {
      delete (globalThis as { SharedWorker?: unknown }).SharedWorker
    })
    const first = await old.open(command.page)
    await shareFile(first, 'old.bin', content.subarray(0, MIB))
    await first.reload()
    await whenState(first, 'old.bin', 'complete')
    expect((await savedBy(first, 'old.bin')).bytes.length).toBe(MIB)

    const second = await old.open(command.page)
    await second.getByText('Another tab has the feeds.').waitFor()
    expect(await second.locator('main').evaluate((main) => (main as unknown as { inert: boolean }).inert)).toBe(true)
    expect(await card(second, 'old.bin').count()).toBe(0)
    await first.close()
    await whenState(second, 'old.bin', 'complete')
    await shareFile(second, 'more.txt', Buffer.from('more'))
    await second.close()
  })

  it('is no way into the network for a page of another site', async () => {
    const site = new Site({ '/page.js': '' })
    const elsewhere = await one.open(await site.open())
    const own = await one.open(command.page)
    const address = command.addresses.find((each) => each.includes('/ws/')) as string
    const socket = `ws://127.0.0.1:${address.split('/')[4]}`
    const opens = (page: Page) =>
      page.evaluate(
        (url) =>
          new Promise<boolean>((resolve) => {
            const socket = new WebSocket(url)
            socket.addEventListener('open', () => resolve(true))
            socket.addEventListener('error', () => resolve(false))
          }),
        socket
      )
    expect(await opens(own)).toBe(true)
    expect(await opens(elsewhere)).toBe(false)
    await Promise.all([own.close(), elsewhere.close()])
    site.close()
  })

  it('says what is wrong with what is no id, and keeps the keyboard where it was', async () => {
    const page = await one.open(command.page)
    const input = page.getByLabel('An id, or a link with one')
    await input.fill('nonsense')
    await page.keyboard.press('Enter')
    await page.getByText('An id has 64 hexadecimal digits.').waitFor()
    expect(await input.getAttribute('aria-invalid')).toBe('true')
    expect(await input.evaluate((element) => element.ownerDocument.activeElement === element)).toBe(true)
    await page.close()
  })
})
