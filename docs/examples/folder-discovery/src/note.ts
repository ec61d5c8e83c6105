import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

/** A note that was not renewed for so long, in milliseconds, is that of an announcer who died. Clocks may differ. */
export const LIFETIME_MS = 120_000
/** 64 addresses of 512 bytes, each written as an escape. */
const MAX_BYTES = 256 * 1024

/** Keeps a file with these addresses in a folder until the signal fires, and takes it away again. */
export async function keepNote(
  folder: string,
  name: string,
  addresses: readonly string[],
  signal: AbortSignal
): Promise<void> {
  if (signal.aborted) return
  const file = join(folder, name)
  // As they are now: the caller may change the list.
  const text = JSON.stringify(addresses)
  try {
    await writeNote(folder, file, text)
    while (!signal.aborted) {
      await pause(LIFETIME_MS / 3, undefined, { signal, ref: false }).catch(() => {})
      // A drive that cannot be reached for a while is tried again the next time.
      if (!signal.aborted) await writeNote(folder, file, text).catch(() => {})
    }
  } finally {
    await rm(`${file}.part`, { force: true })
    await rm(file, { force: true })
  }
}

/** The addresses in a file; none in one that is too old, is no note, or was taken away meanwhile. */
export async function readNote(file: string): Promise<string[]> {
  try {
    const { mtimeMs, size } = await stat(file)
    if (size > MAX_BYTES || Date.now() - mtimeMs > LIFETIME_MS) return []
    const addresses: unknown = JSON.parse(await readFile(file, 'utf8'))
    return Array.isArray(addresses) ? addresses.filter((address) => typeof address === 'string') : []
  } catch {
    return []
  }
}

/** Under its name when it is whole: nobody reads half of it. */
async function writeNote(folder: string, file: string, text: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  await writeFile(`${file}.part`, text)
  await rename(`${file}.part`, file)
}
