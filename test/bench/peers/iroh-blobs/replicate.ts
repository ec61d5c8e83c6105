import { createWriteStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { blocks, verifyStream } from '../../content.ts'
import { stopwatch } from '../../stopwatch.ts'
import { temporaryFolder } from '../../stores/temporary-folder.ts'
import type { Peer } from '../../work.ts'
import { installed } from '../installed.ts'

/** Some calls come with neither an error nor a progress. */
type OnProgress<T> = (error: Error | null, progress?: { allDone?: T; abort?: { error: string } }) => void

interface Node {
  readonly blobs: {
    addFromPath(
      path: string,
      inPlace: boolean,
      tag: unknown,
      wrap: { wrap: boolean },
      onProgress: OnProgress<{ hash: string }>
    ): Promise<void>
    download(hash: string, options: unknown, onProgress: OnProgress<object>): Promise<void>
    writeToPath(hash: string, path: string): Promise<void>
  }
  readonly net: { nodeAddr(): Promise<{ nodeId: string; addresses?: string[] }> }
}

interface Iroh {
  readonly Iroh: { memory(options: object): Promise<Node>; persistent(path: string, options: object): Promise<Node> }
  readonly SetTagOption: { auto(): unknown }
  readonly BlobDownloadOptions: new (format: 'Raw', nodes: object[], tag: unknown) => unknown
}

/** Knows nobody and looks for nobody. */
const ALONE = { nodeDiscovery: 'None', ipv4Addr: '127.0.0.1:0' }

/** Nodes that serve. One that nothing refers to any more is shut down. */
const serving: Node[] = []

/** Downloads one blob from a node whose address is known. */
export function replicate(store: 'memory' | 'disk'): Peer {
  const open = async ({ Iroh }: Iroh) =>
    store === 'memory' ? Iroh.memory(ALONE) : Iroh.persistent(temporaryFolder(), ALONE)
  return {
    differs: `${store}, encrypted (QUIC over UDP); native (Rust), several threads; one blob, verified with BLAKE3`,
    async serve(size) {
      const iroh = await installed<Iroh>('@number0/iroh')
      const path = join(temporaryFolder(), 'content')
      await pipeline(Readable.from(blocks(size)), createWriteStream(path))
      const node = await open(iroh)
      serving.push(node)
      const hash = await new Promise<string>((resolve, reject) => {
        const onProgress: OnProgress<{ hash: string }> = (error, progress) => {
          if (error) reject(error)
          else if (progress?.allDone) resolve(progress.allDone.hash)
        }
        node.blobs.addFromPath(path, false, iroh.SetTagOption.auto(), { wrap: false }, onProgress).catch(reject)
      })
      const { nodeId, addresses = [] } = await node.net.nodeAddr()
      return { port: 0, hash, nodeId, addresses: addresses.join(' ') }
    },

    async run(size, [served]) {
      const iroh = await installed<Iroh>('@number0/iroh')
      const node = await open(iroh)
      const hash = String(served?.hash)
      const address = { nodeId: String(served?.nodeId), addresses: String(served?.addresses).split(' ') }
      const seconds = stopwatch()
      const options = new iroh.BlobDownloadOptions('Raw', [address], iroh.SetTagOption.auto())
      await new Promise<void>((resolve, reject) => {
        const onProgress: OnProgress<object> = (error, progress) => {
          if (error || progress?.abort) reject(error ?? new Error(progress?.abort?.error))
          else if (progress?.allDone) resolve()
        }
        node.blobs.download(hash, options, onProgress).catch(reject)
      })
      const elapsed = seconds()
      const path = join(temporaryFolder(), 'copy')
      await node.blobs.writeToPath(hash, path)
      verifyStream(blocks(size), [await readFile(path)])
      return elapsed
    }
  }
}
