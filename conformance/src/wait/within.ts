import { ConformanceError } from '../assert/conformance-error.ts'

/** What takes longer than this has hung. No case waits for time to pass, so that this decides no test that is sound. */
export const CASE_TIMEOUT = 30_000

/** Rejects when the promise is not settled after so many milliseconds. */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new ConformanceError(`it was not over after ${ms} ms`)), ms)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
