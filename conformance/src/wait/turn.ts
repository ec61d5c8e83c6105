const immediate = (globalThis as { setImmediate?: (callback: () => void) => unknown }).setImmediate

/** Lets everything run that is ready to: one turn of the event loop, or several. */
export async function turn(times = 1): Promise<void> {
  for (let i = 0; i < times; i++) {
    await new Promise<void>((resolve) => (immediate === undefined ? setTimeout(resolve, 0) : immediate(resolve)))
  }
}
