import type { Core } from '@anyfeed/core'
import { asBuffer } from './feed-id.ts'
import { Readable } from './platform.ts'

/** A stream of the ids of all stored feeds, as strings. */
export function listStream(core: Core): Readable {
  async function* ids(): AsyncGenerator<string> {
    for await (const { id } of core.list()) yield asBuffer(id).toString('hex')
  }
  return Readable.from(ids(), { objectMode: true })
}
