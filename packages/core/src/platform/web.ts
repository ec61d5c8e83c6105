import type { Clock, RandomBytes } from '@anyfeed/interfaces'

export { sha256 } from './sha256.ts'

/** Random bytes by WebCrypto. */
export const random: RandomBytes = (length) => crypto.getRandomValues(new Uint8Array(length))

/** The page's clock. */
export const clock: Clock = {
  now: () => performance.now(),
  setTimeout: (callback, ms) => setTimeout(callback, ms),
  clearTimeout: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>)
}
