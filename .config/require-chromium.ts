// Before a run of the tests in Chromium: without it, one sentence instead of a failure of each.
import { findChromium, HOW_TO_GET_CHROMIUM } from '../test/browser/chromium.ts'

/** Called by vitest before the run. */
export default function setup(): void {
  if (findChromium() === undefined) throw new Error(`no Chromium was found: ${HOW_TO_GET_CHROMIUM}`)
}
