// The documented API of hypercore 1.x in a page: its Buffer, its streams, and a database in IndexedDB.
import hypercore from '@anyfeed/hypercore'
import { BrowserLevel } from 'browser-level'

const db = () => new BrowserLevel<Uint8Array, Uint8Array>('documented', {})

async function run() {
  const core = hypercore(db())
  const ws = core.createWriteStream()
  ws.write('hello')
  ws.write('world')
  await new Promise<void>((resolve, reject) => ws.on('error', reject).end(() => resolve()))
  const id = ws.id as NonNullable<typeof ws.id>

  const other = hypercore(new BrowserLevel<Uint8Array, Uint8Array>('documented too'))
  const stream = core.createPeerStream()
  stream.pipe(other.createPeerStream()).pipe(stream)
  const read: string[] = []
  for await (const block of other.createReadStream(id.toString('hex'))) {
    read.push(`${block.constructor.name === 'Uint8Array' ? 'plain' : 'Buffer'} ${block.toString()}`)
  }

  const block = await new Promise<string>((resolve, reject) => {
    core.get(id).get(1, (error, block) => (error ? reject(error) : resolve(String(block))))
  })
  return { id: id.toString('hex'), read, block, blocks: ws.blocks }
}

Object.assign(globalThis, { run })
