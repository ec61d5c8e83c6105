import type { Core, PeerStream } from '@anyfeed/core'

/** A link between two cores within this process. */
export interface Link {
  readonly streams: readonly [PeerStream, PeerStream]
  /** Bytes that went from the first to the second, and back. */
  readonly bytes: [number, number]
  /** Breaks the link, for both. */
  cut(): void
  /** What ended each stream. */
  readonly ends: Promise<[Error | undefined, Error | undefined]>
}

/** Replicates two cores with each other. */
export function connect(a: Core, b: Core): Link {
  const streams: [PeerStream, PeerStream] = [a.replicate(), b.replicate()]
  const bytes: [number, number] = [0, 0]
  async function* counted(direction: 0 | 1): AsyncGenerator<Uint8Array, void> {
    for await (const chunk of streams[direction].source) {
      bytes[direction] += chunk.length
      yield chunk
    }
  }
  const over = (error: Error) => error
  const done = () => undefined
  const ends = Promise.all([streams[0].sink(counted(1)).then(done, over), streams[1].sink(counted(0)).then(done, over)])
  return {
    streams,
    bytes,
    cut: () => {
      for (const stream of streams) stream.destroy(new Error('the link was cut'))
    },
    ends
  }
}
