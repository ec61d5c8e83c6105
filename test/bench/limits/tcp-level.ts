import { hash } from 'node:crypto'
import { blocks, verifyBlocks } from '../content.ts'
import { stopwatch } from '../stopwatch.ts'
import { BatchWriter } from '../stores/batch-writer.ts'
import { sequentialKey } from '../stores/sequential-key.ts'
import { type Level, temporaryLevel } from '../stores/temporary-level.ts'
import type { Limit } from '../work.ts'
import { connectOverTcp, sendOverTcp } from './tcp-server.ts'

const READ_AT_ONCE = 16

/** Blocks out of one LevelDB, over TCP, hashed, and into another LevelDB. */
export const tcpLevel: Limit = {
  does: 'reads from LevelDB, bare TCP, SHA-256 of each block, batched puts into LevelDB',

  async serve(size) {
    const db = temporaryLevel()
    await db.open()
    const writer = new BatchWriter(db)
    for (const block of blocks(size)) await writer.put(block)
    await writer.flush()
    return { port: await sendOverTcp(() => read(db, size.count)) }
  },

  async run(size, [served]) {
    const db = temporaryLevel()
    await db.open()
    const seconds = stopwatch()
    const writer = new BatchWriter(db)
    for await (const block of cut(await connectOverTcp(served?.port as number), size.length)) {
      hash('sha256', block, 'buffer')
      await writer.put(block)
    }
    await writer.flush()
    const elapsed = seconds()
    await verifyBlocks(size, (index) => db.get(sequentialKey(index)))
    await db.close()
    return elapsed
  }
}

async function* read(db: Level, count: number): AsyncGenerator<Uint8Array, void> {
  for (let i = 0; i < count; i += READ_AT_ONCE) {
    const keys = Array.from({ length: Math.min(READ_AT_ONCE, count - i) }, (_, j) => sequentialKey(i + j))
    for (const block of await db.getMany(keys)) yield block as Uint8Array
  }
}

/** Cuts a stream of bytes into blocks of one length. */
async function* cut(chunks: AsyncIterable<Uint8Array>, length: number): AsyncGenerator<Uint8Array, void> {
  let parts: Uint8Array[] = []
  let have = 0
  for await (const chunk of chunks) {
    let rest = chunk
    while (have + rest.length >= length) {
      const end = length - have
      const last = rest.subarray(0, end)
      yield parts.length === 0 ? last : Buffer.concat([...parts, last])
      rest = rest.subarray(end)
      parts = []
      have = 0
    }
    if (rest.length > 0) parts.push(rest)
    have += rest.length
  }
}
