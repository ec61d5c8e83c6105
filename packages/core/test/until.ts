/** Lets everything run that is ready to, a few times over. */
export async function turn(times = 8): Promise<void> {
  for (let i = 0; i < times; i++) await new Promise((resolve) => setImmediate(resolve))
}

/** Waits, without sleeping, until something holds. */
export async function until(holds: () => boolean, what = String(holds)): Promise<void> {
  for (let i = 0; i < 20_000; i++) {
    if (holds()) return
    await new Promise((resolve) => setImmediate(resolve))
  }
  throw new Error(`it never came to this: ${what}`)
}
