import type { Clock, RandomBytes, Sha256 } from '@anyfeed/interfaces'
import { sha256 as noble } from '@noble/hashes/sha2.js'

/** SHA-256 in JavaScript: WebCrypto's digest is asynchronous, and slower for the tree's small inputs. */
export const sha256: Sha256 = (...parts) => {
  const state = noble.create()
  for (const part of parts) state.update(part)
  return state.digest()
}

/** Random bytes by WebCrypto. */
export const random: RandomBytes = (length) => crypto.getRandomValues(new Uint8Array(length))

/** The page's clock. */
export const clock: Clock = {
  now: () => performance.now(),
  setTimeout: (callback, ms) => setTimeout(callback, ms),
  clearTimeout: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>)
}
