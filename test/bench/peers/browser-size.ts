import { readFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import { bundledBytes } from '../bundle.ts'
import type { Peer } from '../work.ts'

const here = new URL('.', import.meta.url)

/** What a page would load; each resolves with bytes. */
export const browserSizes: Readonly<Record<'webtorrent' | 'helia', Peer>> = {
  webtorrent: {
    differs: 'its own minified build; trackers, WebRTC and streams included',
    run: async () => {
      const build = new URL('node_modules/webtorrent/dist/webtorrent.min.js', here)
      return gzipSync(await readFile(build), { level: 9 }).length
    }
  },
  helia: {
    differs: '`createHelia`, bundled as ours is; libp2p with its transports included',
    run: () => bundledBytes("export { createHelia } from 'helia'", here)
  }
}
