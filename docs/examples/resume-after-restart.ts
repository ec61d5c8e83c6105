// What was written or fetched before a restart is there after it: neither appends nor downloads begin anew.
import { createCore } from '@anyfeed/core'
import { levelStorage } from '@anyfeed/storage-level'
import { memoryStorage } from '@anyfeed/storage-memory'
import { createMemoryHub, memoryTransport } from '@anyfeed/transport-memory'
import { ClassicLevel } from 'classic-level'
import { pipe } from 'it-pipe'

/** What a program does when it starts: the same store each time. */
const start = () => createCore({ storage: levelStorage(new ClassicLevel('./feeds')) })

// A feed that was not finalized yet is found again by its key.
let core = start()
const draft = core.add()
await draft.append(['one', 'two'])
await core.close()

core = start()
for await (const { key, blocks } of core.unfinished()) {
  console.log(`found an unfinished feed of ${blocks} blocks`)
  const resumed = core.resume(key)
  await resumed.append('three')
  await resumed.finalize()
  console.log(`finalized it with ${resumed.blocks}`)
}

// Somebody else has a feed of 100 blocks, and serves it.
const seeder = createCore({ storage: memoryStorage() })
const seeded = seeder.add()
await seeded.append(Array.from({ length: 100 }, (_, i) => `block ${i}`))
let served = 0
seeded.on('upload', () => served++)
const id = await seeded.finalize()
if (id === null) throw new Error('a feed without blocks has no id')

const hub = createMemoryHub()
await memoryTransport(hub).listen('/memory/seeder', {
  onConnection: (connection) => {
    pipe(connection, seeder.replicate(), connection).catch(() => {})
  }
})
const connect = async () => {
  const connection = await memoryTransport(hub).dial('/memory/seeder')
  pipe(connection, core.replicate(), connection).catch(() => {})
}

// Fetch a part of it, and stop.
await connect()
await core.get(id).download({ start: 0, end: 40 }).done
await core.close()

// Fetch the rest after a restart: only what is missing is asked for.
core = start()
const feed = core.get(id)
await feed.open()
console.log(`${feed.held} of ${feed.blocks} blocks are here`)
await connect()
await feed.download().done
console.log(`the seeder has sent ${served} blocks, none of them twice`)

await core.close()
await seeder.close()

// Prints:
//   found an unfinished feed of 2 blocks
//   finalized it with 3
//   40 of 100 blocks are here
//   the seeder has sent 100 blocks, none of them twice
