import { createRequire } from 'node:module'
import type { Duplex } from 'node:stream'

const require = createRequire(import.meta.url)

interface OriginalFeed {
  get(index: number, callback: (error: Error | null, block: Buffer | null) => void): void
  ready(callback: (error: Error | null) => void): void
  readonly blocks: number
}

/** hypercore 1.8.0 over memdb, whose streams are those of this ecosystem. */
export function originalPeer() {
  const core = require('hypercore')(require('memdb')())
  return {
    /** A stream of one peer: bytes of the remote go in, bytes for it come out. */
    replicate() {
      const stream: Duplex = core.createPeerStream()
      stream.on('error', () => {})
      return async function* (source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
        const feeding = (async () => {
          for await (const chunk of source) stream.write(chunk)
          stream.end()
        })()
        feeding.catch((error) => stream.destroy(error))
        // Its streams are of a time before async iteration.
        for (;;) {
          const chunk: Uint8Array | null = stream.read()
          if (chunk !== null) yield new Uint8Array(chunk)
          else if (await ended(stream)) return
        }
      }
    },
    /** All of a feed, as text. */
    async fetchText(id: Uint8Array): Promise<string[]> {
      const feed: OriginalFeed = core.get(Buffer.from(id))
      await new Promise<void>((resolve, reject) => feed.ready((error) => (error ? reject(error) : resolve())))
      const get = (index: number) =>
        new Promise<string>((resolve, reject) => {
          feed.get(index, (error, block) => (error ? reject(error) : resolve(String(block))))
        })
      return Promise.all(Array.from({ length: feed.blocks }, (_, i) => get(i)))
    }
  }
}

/** Waits until there is more to read; resolves with whether there never is. */
function ended(stream: Duplex): Promise<boolean> {
  return new Promise((resolve) => {
    const done = (over: boolean) => {
      for (const [event, listener] of listeners) stream.removeListener(event, listener)
      resolve(over)
    }
    const listeners = [
      ['readable', () => done(false)],
      ['end', () => done(true)],
      ['close', () => done(true)]
    ] as const
    for (const [event, listener] of listeners) stream.on(event, listener)
  })
}
