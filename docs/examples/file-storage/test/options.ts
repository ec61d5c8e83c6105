import { rmSync } from 'node:fs'
import * as nodeFiles from 'node:fs/promises'
import { mkdtemp, readdir, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { StorageSuiteOptions } from '@anyfeed/conformance'
import type { Storage } from '@anyfeed/interfaces'
import type { Files } from '../src/file-feed.ts'
import { fileStorage } from '../src/index.ts'

const folders = new Map<Storage, string>()

async function create(): Promise<Storage> {
  return over(await mkdtemp(join(tmpdir(), 'file-storage-')))
}

function over(folder: string, files?: Files): Storage {
  const made = fileStorage(folder, files)
  folders.set(made, folder)
  return made
}

const folderOf = (of: Storage): string => folders.get(of) as string

/** Files of a machine that stops after so many writes; the last one is cut in half. */
function dying(writes: number): Files {
  let left = writes
  return {
    ...nodeFiles,
    async open(path, flags) {
      const file = await nodeFiles.open(path, flags)
      const write = file.write.bind(file)
      const dies = async (data: Uint8Array, from: number, length: number, at: number) => {
        if (left-- > 0) return write(data, from, length, at)
        if (left === -1) await write(data, from, length >> 1, at)
        throw new Error('the machine has stopped')
      }
      return Object.assign(file, { write: dies as typeof file.write })
    }
  }
}

/** What the conformance suite is told; `npx @anyfeed/conformance` takes this module as it is. */
export const storage: StorageSuiteOptions = {
  name: 'plain files',
  supports: fileStorage('nowhere').supports,
  create,
  reopen: (closed) => over(folderOf(closed)),
  rival: (open) => over(folderOf(open)),
  async crash(writes) {
    const folder = await mkdtemp(join(tmpdir(), 'file-storage-'))
    return {
      storage: over(folder, dying(writes)),
      async reopen() {
        // It is held by a process that is dead in the story, and alive in truth.
        await nodeFiles.rm(join(folder, 'lock'), { force: true })
        return over(folder)
      }
    }
  },
  async size(open) {
    const names = await readdir(folderOf(open))
    const sizes = await Promise.all(names.map(async (name) => (await stat(join(folderOf(open), name))).size))
    return sizes.reduce((sum, size) => sum + size, 0)
  },
  teardown() {
    for (const folder of folders.values()) rmSync(folder, { recursive: true, force: true })
    folders.clear()
  }
}
