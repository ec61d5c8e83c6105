/** Calls `onClose` once something has been closed by its user. */
export function afterClose<T extends { close(): Promise<void> }>(closed: T, onClose: () => void): T {
  const close = closed.close.bind(closed)
  let told = false
  closed.close = async () => {
    await close()
    if (!told) onClose()
    told = true
  }
  return closed
}
