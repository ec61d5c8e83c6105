import { open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf } from '../errors.ts'
import { fileError } from '../explain-error.ts'

/**
 * The private key that a libp2p node of this store is known by, so that its address is the same after a restart: made by
 * `create` when there is none. Only the user may read the file.
 */
export async function keepPeerKey(directory: string, create: () => Promise<Uint8Array>): Promise<Uint8Array> {
  const file = join(directory, 'peer-key')
  try {
    return await readFile(file)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw fileError('read', file, error)
  }
  const key = await create()
  const part = `${file}.part`
  try {
    const handle = await open(part, 'w', 0o600)
    try {
      await handle.writeFile(key)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(part, file)
  } catch (error) {
    throw fileError('write', file, error)
  }
  return key
}
