import { blocks } from '../../content.ts'
import { temporaryFolder } from '../../stores/temporary-folder.ts'
import type { Served, Size } from '../../work.ts'
import { installed } from '../installed.ts'
import { withoutWebrtc } from '../without-webrtc.ts'

export interface Torrent extends NodeJS.EventEmitter {
  readonly torrentFile: Uint8Array
  readonly files: ReadonlyArray<AsyncIterable<Uint8Array>>
  addPeer(address: string): boolean
}

export interface Client extends NodeJS.EventEmitter {
  readonly torrentPort: number
  readonly listening: boolean
  seed(content: Buffer & { name?: string }, options: object, onSeed: (torrent: Torrent) => void): Torrent
  add(torrent: Uint8Array, options: object): Torrent
}

/** Everything that would look for others is off. */
const ALONE = { dht: false, tracker: false, lsd: false, utp: false, natUpnp: false, natPmp: false, webSeeds: false }

export async function openClient(): Promise<Client> {
  withoutWebrtc()
  const { default: WebTorrent } = await installed<{ default: new (options: object) => Client }>('webtorrent')
  return new WebTorrent(ALONE)
}

/** Where a torrent keeps its pieces: in memory, or, as it does unless told, in files. */
export async function storeOptions(store: 'memory' | 'disk'): Promise<object> {
  if (store === 'disk') return { path: temporaryFolder() }
  return { store: (await installed<{ default: unknown }>('memory-chunk-store')).default }
}

/** Seeds one file of all blocks, in pieces as it likes them. */
export async function seed(size: Size, store: 'memory' | 'disk'): Promise<Served> {
  const client = await openClient()
  const content: Buffer & { name?: string } = Buffer.concat([...blocks(size)])
  content.name = 'content'
  const options = { ...(await storeOptions(store)), announce: [], creationDate: 0 }
  const torrent = await new Promise<Torrent>((resolve) => client.seed(content, options, resolve))
  if (!client.listening) await new Promise((resolve) => client.once('listening', resolve))
  return { port: client.torrentPort, torrent: Buffer.from(torrent.torrentFile).toString('base64') }
}
