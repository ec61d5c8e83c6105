import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { ClosedError, type Discovered, type Discovery, type DiscoveryOptions } from '@anyfeed/interfaces'
import { keepNote, readNote } from './note.ts'

const TOPIC_BYTES = 32
/** What is found are hints from strangers: one lookup tells of so many. */
const MAX_ADDRESSES = 256

/**
 * Finds peers through a folder that all of them read and write, such as one on a network drive: each announcement is a
 * file there, which is gone when it is withdrawn.
 */
export function folderDiscovery(folder: string): Discovery {
  return new FolderDiscovery(folder)
}

class FolderDiscovery implements Discovery {
  readonly name = 'folder'
  readonly supports = { addresses: 'any', continuous: false, forgetsAfter: 0 } as const
  readonly #folder: string
  readonly #announcing = new Set<Promise<void>>()
  /** Fires when the discovery closes. */
  readonly #closing = new AbortController()

  constructor(folder: string) {
    this.#folder = folder
  }

  async announce(topic: Uint8Array, addresses: readonly string[], { signal }: DiscoveryOptions): Promise<void> {
    const name = `${this.#nameOf(topic)}.${crypto.randomUUID()}.json`
    const announcing = keepNote(this.#folder, name, addresses, this.#until(signal))
    this.#announcing.add(announcing)
    try {
      await announcing
    } finally {
      this.#announcing.delete(announcing)
    }
  }

  async *lookup(topic: Uint8Array, { signal }: DiscoveryOptions): AsyncGenerator<Discovered, void, undefined> {
    const name = this.#nameOf(topic)
    const over = this.#until(signal)
    const told = new Set<string>()
    for (const file of await filesOf(this.#folder)) {
      if (!file.startsWith(`${name}.`) || !file.endsWith('.json')) continue
      for (const address of await readNote(join(this.#folder, file))) {
        if (over.aborted) return
        if (told.has(address) || told.size === MAX_ADDRESSES) continue
        told.add(address)
        yield { address, source: this.name }
      }
    }
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await Promise.allSettled(this.#announcing)
  }

  /** A signal that fires when the caller's does, or when the discovery closes. */
  #until(signal: AbortSignal): AbortSignal {
    return AbortSignal.any([signal, this.#closing.signal])
  }

  /** What the files of a topic begin with. */
  #nameOf(topic: Uint8Array): string {
    if (topic.length !== TOPIC_BYTES) throw new RangeError(`a topic has ${TOPIC_BYTES} bytes, not ${topic.length}`)
    if (this.#closing.signal.aborted) throw new ClosedError('the discovery was closed')
    return Buffer.from(topic).toString('hex')
  }
}

/** A folder that is not there has nothing in it: nobody has announced anything yet. */
async function filesOf(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
