import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { createPrivateKey } from '@anyfeed/transport-libp2p/node'
import { expect, it } from 'vitest'
import { hints } from '../../packages/swarm/test/hints.ts'
import { fetchText, inNetwork, share, until } from './network.ts'

it(
  'libp2p addresses that never answer, and those where nobody or somebody else is, do not keep it from the one that is good',
  inNetwork(async (network) => {
    // It takes every connection, and says nothing.
    const sockets = new Set<Socket>()
    const silent = createServer((socket) => {
      sockets.add(socket.on('error', () => {}))
    })
    silent.listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const { port } = silent.address() as AddressInfo
    network.onClose(async () => {
      for (const socket of sockets) socket.destroy()
      silent.close()
    })
    const stranger = await network.node([], { privateKey: await createPrivateKey() })
    const gone = await network.node()
    const [goneAddress] = gone.getMultiaddrs().map(String)
    await gone.stop()
    const [strangerAddress] = stranger.getMultiaddrs().map(String) as [string]

    const sharer = network.libp2pPeer(await network.node(), { discovery: [] })
    const id = await share(sharer.core, ['good'])
    await sharer.swarm.open()
    const dead = [
      `/ip4/127.0.0.1/tcp/${port}/p2p/${gone.peerId}`,
      goneAddress as string,
      // Another id than the one that is proven there, and one that does not know the protocol.
      strangerAddress.replace(stranger.peerId.toString(), sharer.node.peerId.toString()),
      strangerAddress
    ]
    const reader = network.libp2pPeer(await network.node(), {
      discovery: [hints([...dead, ...sharer.swarm.addresses])],
      dialTimeout: 2000,
      firstBackOff: 600_000,
      longestBackOff: 600_000
    })
    const failed = new Map<string, unknown>()
    reader.swarm.on('dial-failed', ({ address, error }) => failed.set(address, (error as { code?: string }).code))
    expect(await fetchText(reader.core, id)).toEqual(['good'])
    await until(() => reader.swarm.pendingDials === 0)
    expect([...failed.keys()].every((address) => dead.includes(address))).toBe(true)
    expect(failed.has(strangerAddress)).toBe(true)
    expect(reader.swarm.peers.map(({ id }) => id)).toEqual([sharer.core.id])
  })
)
