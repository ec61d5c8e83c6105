// The bare programs: what cannot be avoided, and nothing else.

import { hash } from 'node:crypto'
import { once } from 'node:events'
import net from 'node:net'
import type { ClassicLevel } from 'classic-level'
import { blocks } from './content.ts'
import { stopwatch } from './stopwatch.ts'
import { temporaryLevel } from './temporary-level.ts'

const BATCH = 16

/** Hashes each block, and keeps it in an array. */
export async function hashToArray(count: number, length: number): Promise<number> {
  const content = [...blocks(count, length)]
  const kept: Uint8Array[] = []
  const seconds = stopwatch()
  for (const block of content) {
    hash('sha256', block, 'buffer')
    kept.push(block)
  }
  return seconds()
}

/** Hashes each block, and puts it into LevelDB, a batch at a time. */
export async function hashToLevel(count: number, length: number): Promise<number> {
  const content = [...blocks(count, length)]
  const db = temporaryLevel()
  await db.open()
  const seconds = stopwatch()
  const writer = new BatchWriter(db)
  for (const block of content) {
    hash('sha256', block, 'buffer')
    await writer.put(block)
  }
  await writer.flush()
  const elapsed = seconds()
  await db.close()
  return elapsed
}

/** Sends blocks over TCP to whoever connects, from an array or from LevelDB. */
export async function sendBlocks(count: number, length: number, from: 'array' | 'level'): Promise<string> {
  const content = [...blocks(count, length)]
  const db = from === 'level' ? temporaryLevel() : undefined
  if (db !== undefined) {
    await db.open()
    const writer = new BatchWriter(db)
    for (const block of content) await writer.put(block)
    await writer.flush()
  }
  const server = net.createServer({ noDelay: true }, async (socket) => {
    socket.on('error', () => {})
    // Small blocks are joined: a system call for each is not unavoidable.
    const joined = Math.max(1, Math.floor(65_536 / length))
    for (let i = 0; i < count; i += joined) {
      const some =
        db === undefined ? content.slice(i, i + joined) : await db.getMany(keys(i, Math.min(joined, count - i)))
      const chunk = some.length === 1 ? (some[0] as Uint8Array) : Buffer.concat(some as Uint8Array[])
      if (!socket.write(chunk)) await once(socket, 'drain')
    }
    socket.end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return String((server.address() as net.AddressInfo).port)
}

/** Takes blocks in over TCP, hashes each, and puts it into LevelDB where asked. */
export async function receiveBlocks(
  count: number,
  length: number,
  to: 'array' | 'level',
  port: string
): Promise<number> {
  const db = to === 'level' ? temporaryLevel() : undefined
  await db?.open()
  const writer = db === undefined ? undefined : new BatchWriter(db)
  const kept: Uint8Array[] = []
  const seconds = stopwatch()
  const socket = net.connect({ port: Number(port), host: '127.0.0.1', noDelay: true })
  let parts: Buffer[] = []
  let have = 0
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    let rest = chunk
    while (have + rest.length >= length) {
      const end = length - have
      const block = parts.length === 0 ? rest.subarray(0, end) : Buffer.concat([...parts, rest.subarray(0, end)])
      hash('sha256', block, 'buffer')
      if (writer === undefined) kept.push(block)
      else await writer.put(block)
      rest = rest.subarray(end)
      parts = []
      have = 0
    }
    if (rest.length > 0) parts.push(rest)
    have += rest.length
  }
  await writer?.flush()
  const elapsed = seconds()
  if (kept.length !== count && writer?.count !== count) throw new Error('blocks are missing')
  await db?.close()
  return elapsed
}

function keys(from: number, count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, i) => key(from + i))
}

function key(index: number): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setUint32(4, index)
  return bytes
}

class BatchWriter {
  count = 0
  readonly #db: ClassicLevel<Uint8Array, Uint8Array>
  #batch: Array<{ type: 'put'; key: Uint8Array; value: Uint8Array }> = []
  #bytes = 0

  constructor(db: ClassicLevel<Uint8Array, Uint8Array>) {
    this.#db = db
  }

  async put(value: Uint8Array): Promise<void> {
    this.#batch.push({ type: 'put', key: key(this.count++), value })
    this.#bytes += value.length
    if (this.#bytes >= BATCH * 65_536 || this.#batch.length >= 1000) await this.flush()
  }

  async flush(): Promise<void> {
    const batch = this.#batch
    this.#batch = []
    this.#bytes = 0
    if (batch.length > 0) await this.#db.batch(batch)
  }
}
