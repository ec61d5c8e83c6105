import { bundledBytes } from '../bundle.ts'
import type { Limit } from '../work.ts'

/** A library's SHA-256 alone; resolves with bytes. The core brings its own, which is smaller. */
export const sha256Bundle: Limit = {
  does: 'the SHA-256 of @noble/hashes alone',
  run: () =>
    bundledBytes(
      "export { sha256 } from '@noble/hashes/sha2.js'",
      new URL('.', import.meta.resolve('@anyfeed/conformance'))
    )
}
