// Around a run of the tests: those in Chromium are a run of their own, which must not be forgotten without a word.
import { findChromium, HOW_TO_GET_CHROMIUM } from '../test/browser/chromium.ts'

/** Called by vitest before the run; what it returns, after it. */
export default function setup(): () => void {
  return () => {
    const how = findChromium() === undefined ? `: ${HOW_TO_GET_CHROMIUM}, then` : ':'
    console.log(`\nLeft out: the tests in a browser (test/browser)${how} npm run test:browser`)
  }
}
