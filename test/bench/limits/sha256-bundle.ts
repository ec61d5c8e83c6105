import { bundledBytes } from '../bundle.ts'
import type { Limit } from '../work.ts'

/** The SHA-256 that the core uses in browsers, alone; resolves with bytes. */
export const sha256Bundle: Limit = {
  does: 'the SHA-256 of @noble/hashes alone',
  run: () =>
    bundledBytes("export { sha256 } from '@noble/hashes/sha2.js'", new URL('.', import.meta.resolve('@anyfeed/core')))
}
