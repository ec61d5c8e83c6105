// Takes the pictures of the page at work for the docs: npm run screenshots
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { Browser } from './browser.ts'
import { blockOf } from './pages/content.ts'
import { WebCommand } from './web-command.ts'

const FOLDER = fileURLToPath(new URL('../../docs/screenshots/', import.meta.url))
const MIB = 1024 * 1024

const command = await WebCommand.start()
const [sharing, fetching] = [new Browser(), new Browser()]

/** A picture of all of a page. */
async function picture(page: Page, name: string, colorScheme: 'light' | 'dark', width = 960): Promise<void> {
  await page.setViewportSize({ width, height: 700 })
  await page.emulateMedia({ colorScheme })
  await page.screenshot({ path: `${FOLDER}${name}.png`, fullPage: true, animations: 'disabled' })
}

async function share(page: Page, name: string, bytes: number): Promise<string> {
  const buffer = Buffer.from(blockOf(bytes, bytes))
  await page.getByLabel('Share a file').setInputFiles({ name, mimeType: 'application/octet-stream', buffer })
  const card = page.locator('[data-state="complete"]').filter({ hasText: name })
  await card.waitFor()
  const id = await card.getAttribute('data-id')
  return `${command.page}#${id}/${name}`
}

async function fetchLink(page: Page, link: string): Promise<void> {
  await page.getByLabel('An id, or a link with one').fill(link)
  await page.getByRole('button', { name: 'Fetch' }).click()
}

try {
  const one = await sharing.open(command.url)
  const small = await share(one, 'reading-list.pdf', 3 * MIB)
  const large = await share(one, 'holiday.mp4', 48 * MIB)
  const two = await fetching.open(command.url)
  await fetchLink(two, small)
  await two.locator('[data-state="complete"]').waitFor()
  await fetchLink(two, large)
  const progress = two.locator('[data-state="fetching"] progress')
  await progress.waitFor()
  for (;;) {
    const part = await progress.evaluate((element) => (element as unknown as { value: number }).value).catch(() => 1)
    if (part > 0.4) break
  }
  await picture(two, 'fetching', 'dark')
  await two.locator('[data-state="complete"]').nth(1).waitFor()
  await one.locator('details').first().click()
  await picture(one, 'sharing', 'light')
  await picture(two, 'narrow', 'light', 390)
} finally {
  await Promise.all([sharing.close(), fetching.close()])
  await command.stop()
}
