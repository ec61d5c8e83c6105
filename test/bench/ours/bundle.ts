import { bundledBytes } from '../bundle.ts'
import type { Program } from '../work.ts'

/** All that `@anyfeed/core` exports, as browsers would load it; resolves with bytes. */
export const coreBundle: Program = {
  run: () => bundledBytes("export * from '@anyfeed/core'", new URL('.', import.meta.url))
}
