import { createCore } from '@anyfeed/core'
import type { Connection } from '@anyfeed/interfaces'
import { memoryStorage } from '@anyfeed/storage-memory'
import { memoryTransport } from '@anyfeed/transport-memory'
import { describe, expect, it } from 'vitest'
import { hints } from './hints.ts'
import { settled } from './simulated-clock.ts'
import { inWorld, type World } from './test-swarm.ts'

/** A peer that says who it is, goes on sending, and reads only when the test does. */
async function slowReader(world: World, addresses: readonly string[]) {
  const core = createCore({ storage: memoryStorage(), clock: world.clock })
  const transport = memoryTransport(world.hub)
  const connections: Connection[] = []
  let more: () => void = () => {}
  const gate = new Promise<void>((resolve) => {
    more = resolve
  })
  const onConnection = (connection: Connection) => {
    connections.push(connection)
    async function* talk() {
      for await (const handshake of core.replicate().source) {
        yield handshake
        await gate
        // A keep-alive: it comes when the other side has hung up already.
        yield Uint8Array.of(0)
        return
      }
    }
    connection.sink(talk()).catch(() => {})
  }
  for (const address of addresses) await transport.listen(address, { onConnection })
  return { connections, more: () => more(), close: () => Promise.all([transport.close(), core.close()]) }
}

describe('hanging up', () => {
  it(
    'on a connection too many lets the remote read who we are, and that it ended as it should',
    inWorld(async (world) => {
      const names = ['/memory/b1', '/memory/b2']
      const b = await slowReader(world, names)
      const a = world.peer({ discovery: [hints(names)], listen: [] })
      a.core.get(new Uint8Array(32).fill(7))
      await settled()
      expect(a.swarm.counters.duplicates).toBe(1)
      b.more()
      await settled()
      let bytes = 0
      for await (const chunk of (b.connections[1] as Connection).source) bytes += chunk.length
      expect(bytes).toBeGreaterThan(64)
      await b.close()
    })
  )

  it(
    'waits for a remote that does not answer only so long',
    inWorld(async (world) => {
      const b = await slowReader(world, ['/memory/b'])
      const a = world.peer({ discovery: [], listen: [] })
      const peer = await a.swarm.dial('/memory/b')
      peer.disconnect()
      await settled()
      expect([a.swarm.peers.length, a.swarm.connections]).toEqual([0, 1])
      await world.clock.advance(5000)
      expect(a.swarm.connections).toBe(0)
      await b.close()
    })
  )
})
