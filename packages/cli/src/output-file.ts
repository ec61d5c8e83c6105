import { type FileHandle, open, realpath, rename, rm, stat } from 'node:fs/promises'
import { CliError } from './errors.ts'
import { fileError } from './explain-error.ts'
import type { Sink } from './sink.ts'

/**
 * A file that appears under its name when all of it is there, on the medium too: until then it is `PATH.part`, and what
 * was at PATH stays. A device or a pipe is written to as it is.
 *
 * The part is written anew each time, from blocks that are hashed as they are read: what an earlier run left in it
 * counts for nothing.
 */
export async function outputFile(path: string): Promise<Sink> {
  const there = await stat(path).catch(() => undefined)
  if (there?.isDirectory()) throw new CliError('ERR_FILE', `cannot write ${path}: it is a directory; name a file in it`)
  if (there !== undefined && !there.isFile()) return new OpenFile(path, path, await openToWrite(path, 'w'))
  // A link stays one: what it points to is replaced.
  const target = there === undefined ? path : await realpath(path)
  const part = `${target}.part`
  return new OpenFile(target, part, await openToWrite(part, 'w'))
}

/** Blocks are gathered to so many bytes, and written with one call of the system. */
const GATHER_BYTES = 1024 * 1024

class OpenFile implements Sink {
  readonly #target: string
  readonly #path: string
  readonly #handle: FileHandle
  #gathered: Uint8Array[] = []
  #bytes = 0

  constructor(target: string, path: string, handle: FileHandle) {
    this.#target = target
    this.#path = path
    this.#handle = handle
  }

  async write(chunk: Uint8Array): Promise<void> {
    this.#gathered.push(chunk)
    this.#bytes += chunk.length
    if (this.#bytes >= GATHER_BYTES) await this.#flush()
  }

  async finish(): Promise<void> {
    await this.#flush()
    try {
      const whole = this.#path !== this.#target
      // Or a power failure could leave a file that has its name and not its bytes.
      if (whole) await this.#handle.sync()
      await this.#handle.close()
      if (whole) await rename(this.#path, this.#target)
    } catch (error) {
      throw fileError('write', this.#target, error)
    }
  }

  async abandon(): Promise<void> {
    await this.#handle.close().catch(() => {})
    if (this.#path !== this.#target) await rm(this.#path, { force: true }).catch(() => {})
  }

  async #flush(): Promise<void> {
    let chunks = this.#gathered
    this.#gathered = []
    this.#bytes = 0
    try {
      while (chunks.length > 0) {
        const { bytesWritten } = await this.#handle.writev(chunks)
        chunks = without(chunks, bytesWritten)
      }
    } catch (error) {
      throw fileError('write', this.#path, error)
    }
  }
}

/** What is left of chunks when so many of their bytes are gone. */
function without(chunks: Uint8Array[], bytes: number): Uint8Array[] {
  let gone = bytes
  return chunks.flatMap((chunk) => {
    const skipped = Math.min(gone, chunk.length)
    gone -= skipped
    return skipped === chunk.length ? [] : [chunk.subarray(skipped)]
  })
}

async function openToWrite(path: string, flags: string): Promise<FileHandle> {
  try {
    return await open(path, flags)
  } catch (error) {
    throw fileError('write', path, error)
  }
}
