import { once } from 'node:events'
import { createMemoryRendezvous, memoryDiscovery } from '@anyfeed/discovery-memory'
import { createMemoryHub, memoryTransport } from '@anyfeed/transport-memory'
import { expect, it } from 'vitest'
import type { Hypercore, HypercoreOptions, Peer } from '../src/index.ts'
import { collect, create, replicate, write } from './cores.ts'

/** Cores that find each other in memory. */
function network(): (options?: HypercoreOptions) => Hypercore {
  const [hub, rendezvous] = [createMemoryHub(), createMemoryRendezvous()]
  return (options = {}) =>
    create({
      transports: [memoryTransport(hub)],
      discovery: [memoryDiscovery(rendezvous)],
      listen: ['/memory/0'],
      ...options
    })
}

/** The first peer that a core meets. */
async function met(core: Hypercore): Promise<Peer> {
  const [peer] = await once(core, 'peer')
  return peer
}

it('finds the peers of the feeds in use by itself', async () => {
  const join = network()
  const [alice, bob] = [join(), join()]
  const id = await write(alice, ['hello', 'world'])
  expect((await collect(bob.createReadStream(id))).map(String)).toEqual(['hello', 'world'])
  expect(bob.peers.map(({ id, remoteId }) => [id, remoteId])).toEqual([[bob.id, alice.id]])
  expect(bob.swarm?.topics[0]?.discoveries).toEqual({ memory: { found: 1, connected: 1 } })
})

it('fetches by callbacks, from a peer that comes later, and leaves with the last use', async () => {
  const join = network()
  const [alice, bob] = [join(), join()]
  const author = create()
  const id = await write(author, ['late'])
  const feed = bob.get(id)
  const block = new Promise<Buffer>((resolve, reject) => {
    feed.get(0, (error, data) => (error ? reject(error) : resolve(data as Buffer)))
  })
  replicate(author, alice)
  alice.get(id)
  expect(String(await block)).toBe('late')
  expect(bob.swarm?.topics).toHaveLength(1)
  await new Promise((resolve) => feed.close(resolve))
  expect(bob.swarm?.topics).toEqual([])
})

it('a peer that was found takes extension messages as a stream does, and says when it is gone', async () => {
  const join = network()
  const [alice, bob] = [join({ listen: ['/memory/alice'] }), join()]
  for (const core of [alice, bob]) core.use('ping')
  const answering = met(alice).then((peer) => {
    peer.on('ping', (message: Buffer) => peer.send('ping', Buffer.concat([message, Buffer.from('pong')])))
  })
  const meeting = met(bob)
  await bob.swarm?.dial('/memory/alice')
  const peer = await meeting
  await answering
  expect(peer.remoteId).toEqual(alice.id)
  expect([peer.remoteSupports('ping'), peer.remoteSupports('pong'), peer.send('pong', 'x')]).toEqual([
    true,
    false,
    false
  ])
  expect(() => peer.send('ping', 7 as never)).toThrow(TypeError)
  peer.send('ping', 'ping')
  expect(await once(peer, 'ping')).toEqual([Buffer.from('pingpong')])
  const closed = once(peer, 'close')
  peer.destroy()
  await closed
  expect(bob.peers).toEqual([])
})

it('trades with streams that are piped as well', async () => {
  const join = network()
  const [alice, bob] = [join(), join()]
  const carol = create()
  replicate(carol, alice)
  const id = await write(carol, ['from', 'carol'])
  await alice.get(id).get(0)
  expect((await collect(bob.createReadStream(id))).map(String)).toEqual(['from', 'carol'])
})

it('closes its transports and discoveries, which leaves nobody connected', async () => {
  const join = network()
  const [alice, bob] = [join(), join()]
  const id = await write(alice, ['a'])
  await collect(bob.createReadStream(id))
  const gone = once(alice.peers[0] as Peer, 'close')
  await bob.close()
  await gone
  expect(bob.swarm?.addresses).toEqual([])
  expect(bob.peers).toEqual([])
})

it('without transports there is no swarm, and nothing to be found by', () => {
  expect(create().swarm).toBeNull()
  expect(() => create({ discovery: [memoryDiscovery(createMemoryRendezvous())] })).toThrow(TypeError)
  expect(() => create({ transports: [], listen: ['/memory/0'] })).toThrow(TypeError)
})
