import { hash } from 'node:crypto'
import { blocks, verifyStream } from '../content.ts'
import { stopwatch } from '../stopwatch.ts'
import type { Limit, Stage } from '../work.ts'
import { connectOverTcp, sendOverTcp } from './tcp-server.ts'

/** Bytes over TCP, one connection to each holder, each of which sends its share; every chunk is hashed as it comes. */
export const tcpMemory: Limit = {
  does: 'bare TCP, SHA-256 of each chunk',

  async serve(size, stage) {
    const content = share([...blocks(size)], stage)
    return { port: await sendOverTcp(() => content) }
  },

  async run(size, served, stage) {
    const seconds = stopwatch()
    const received = await Promise.all(served.map(({ port }) => receive(port)))
    const elapsed = seconds()
    const content = [...blocks(size)]
    received.forEach((chunks, holder) => {
      verifyStream(share(content, { ...stage, holder }), chunks)
    })
    return elapsed
  }
}

async function receive(port: number): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = []
  for await (const chunk of (await connectOverTcp(port)) as AsyncIterable<Uint8Array>) {
    hash('sha256', chunk, 'buffer')
    chunks.push(chunk)
  }
  return chunks
}

function share(content: Uint8Array[], { holder, holders }: Pick<Stage, 'holder' | 'holders'>): Uint8Array[] {
  const each = Math.ceil(content.length / holders)
  return content.slice(holder * each, (holder + 1) * each)
}
