import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Names under which Chromium and its kin are installed. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome']

/** What to do where there is none. */
export const HOW_TO_GET_CHROMIUM =
  'install Chromium (Debian, Ubuntu: apt-get install chromium), or name one by CHROMIUM=/path/to/chromium'

/** The Chromium of this machine: what `CHROMIUM` says, or the first on the path; `undefined` when there is none. */
export function findChromium(): string | undefined {
  const { CHROMIUM, PATH = '' } = process.env
  if (CHROMIUM) return CHROMIUM
  const folders = PATH.split(delimiter)
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable)
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
