import { ClassicLevel } from 'classic-level'
import { temporaryFolder } from './temporary-folder.ts'

export type Level = ClassicLevel<Uint8Array, Uint8Array>

/** A LevelDB of bytes. */
export function level(folder: string): Level {
  return new ClassicLevel(folder, { keyEncoding: 'view', valueEncoding: 'view' })
}

/** A LevelDB in a folder that is removed when the process exits. */
export function temporaryLevel(): Level {
  return level(temporaryFolder())
}
