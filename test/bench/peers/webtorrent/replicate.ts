import { once } from 'node:events'
import { blocks, verifyStream } from '../../content.ts'
import { stopwatch } from '../../stopwatch.ts'
import type { Peer } from '../../work.ts'
import { openClient, seed, storeOptions } from './client.ts'

/** Downloads a torrent whose metadata is known from those who seed it. */
export function replicate(store: 'memory' | 'disk'): Peer {
  return {
    differs: `${store === 'memory' ? 'memory' : 'disk (files, not synced)'}, plain; verifies pieces with SHA-1, of the length that it picks itself; has the torrent file`,
    serve: (size) => seed(size, store),

    async run(size, served) {
      const client = await openClient()
      const options = { ...(await storeOptions(store)), announce: [] }
      const seconds = stopwatch()
      const torrent = client.add(Buffer.from(String(served[0]?.torrent), 'base64'), options)
      const done = once(torrent, 'done')
      await once(torrent, 'infoHash')
      for (const { port } of served) torrent.addPeer(`127.0.0.1:${port}`)
      await done
      const elapsed = seconds()
      const chunks: Uint8Array[] = []
      for (const file of torrent.files) for await (const chunk of file) chunks.push(chunk)
      verifyStream(blocks(size), chunks)
      return elapsed
    }
  }
}
