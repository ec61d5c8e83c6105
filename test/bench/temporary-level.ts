import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ClassicLevel } from 'classic-level'

/** A LevelDB in a folder that is removed when the process exits. */
export function temporaryLevel(): ClassicLevel<Uint8Array, Uint8Array> {
  const folder = mkdtempSync(join(tmpdir(), 'anyfeed-bench-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  return new ClassicLevel(folder, { keyEncoding: 'view', valueEncoding: 'view' })
}
