import { request } from 'node:http'
import type { IdentifyResult, Libp2p, StreamHandler } from '@libp2p/interface'
import { describe, expect, it } from 'vitest'
import { countBytes } from '../../../conformance/src/bytes/numbered.ts'
import { libp2pTransport } from '../src/index.ts'
import { createNode, createPrivateKey, type NodeOptions } from '../src/node.ts'

const LOOPBACK = ['/ip4/127.0.0.1/tcp/0']

/** Runs a test with a way to make nodes, all of which are stopped whatever happens. */
async function withNodes(test: (open: (options?: NodeOptions) => Promise<Libp2p>) => Promise<void>): Promise<void> {
  const nodes: Libp2p[] = []
  try {
    await test(async (options) => {
      const node = await createNode({ listen: LOOPBACK, allowPrivateAddresses: true, ...options })
      nodes.push(node)
      return node
    })
  } finally {
    await Promise.all(nodes.map((node) => node.stop()))
  }
}

function connected(node: Libp2p): Promise<unknown> {
  return new Promise((resolve) => node.addEventListener('peer:connect', resolve, { once: true }))
}

/**
 * Has a node refuse the first stream of a protocol; `handler`, the service's own beyond its interface, gets the others.
 * Returns what tells how many have come.
 */
async function beBusyOnce(node: Libp2p, protocol: string, handler: StreamHandler): Promise<() => number> {
  let streams = 0
  await node.unhandle(protocol)
  await node.handle(protocol, async (stream, connection) => {
    if (++streams === 1) stream.abort(new Error('too busy'))
    else await handler(stream, connection)
  })
  return () => streams
}

describe('createNode', () => {
  it('makes nodes that connect over the transport, and know nobody by themselves', () =>
    withNodes(async (open) => {
      const [a, b] = [await open(), await open()]
      expect([a.getPeers(), b.getPeers()]).toEqual([[], []])
      const transports = [libp2pTransport(a), libp2pTransport(b)] as const
      const { addresses } = await transports[1].listen(`/p2p/${b.peerId}`, {
        onConnection: (connection) => void connection.sink([new Uint8Array(10)])
      })
      const connection = await transports[0].dial(addresses[0] ?? '')
      expect(await countBytes(connection.source)).toBe(10)
      await Promise.all(transports.map((transport) => transport.close()))
    }))

  it('keeps its identity with its key', () =>
    withNodes(async (open) => {
      const privateKey = await createPrivateKey()
      const first = await open({ privateKey })
      await first.stop()
      const second = await open({ privateKey })
      expect(second.peerId.toString()).toBe(first.peerId.toString())
      expect((await open()).peerId.toString()).not.toBe(first.peerId.toString())
    }))

  it('asks a remote who it is until it says so', () =>
    withNodes(async (open) => {
      const [asking, asked] = [await open(), await open()]
      const identify = asked.services.identify as { protocol: string; handleProtocol: StreamHandler }
      const questions = await beBusyOnce(asked, identify.protocol, identify.handleProtocol)
      const identified = new Promise<CustomEvent<IdentifyResult>>((resolve) =>
        asking.addEventListener('peer:identify', resolve, { once: true })
      )
      await asking.dial(asked.getMultiaddrs())
      expect((await identified).detail.peerId.equals(asked.peerId)).toBe(true)
      expect(questions()).toBe(2)
    }))

  it('tries again to reach those who were too busy to be taken into the DHT', () =>
    withNodes(async (open) => {
      const nodes = [await open(), await open()] as const
      for (const node of nodes) {
        const ping = node.services.ping as { protocol: string; handlePing: StreamHandler }
        await beBusyOnce(node, ping.protocol, ping.handlePing)
      }
      const [asking, asked] = nodes
      await asking.dial(asked.getMultiaddrs())
      // A query waits until there is somebody to ask.
      const found = []
      for await (const { id } of asking.peerRouting.getClosestPeers(new Uint8Array(32))) found.push(id.toString())
      expect(found).toContain(asked.peerId.toString())
    }))

  it('keeps trying to reach a bootstrap node that comes late, and one that comes back', () =>
    withNodes(async (open) => {
      const privateKey = await createPrivateKey()
      const early = await open({ privateKey })
      const listen = early.getMultiaddrs().map(String)
      await early.stop()
      const node = await open({ bootstrap: listen })
      for (const _ of ['late', 'back again']) {
        const found = connected(node)
        const server = await open({ privateKey, listen })
        await found
        const lost = new Promise((resolve) => node.addEventListener('peer:disconnect', resolve, { once: true }))
        await server.stop()
        await lost
      }
    }))

  it('says that an address is taken, and that there is none, and leaves nothing running', () =>
    withNodes(async (open) => {
      const [taken = ''] = (await open()).getMultiaddrs().map(String)
      const sockets = () => process.getActiveResourcesInfo().filter((kind) => kind.startsWith('TCP')).length
      const before = sockets()
      const bad = open({ listen: ['/ip4/127.0.0.1/tcp/0', taken] })
      await expect(bad).rejects.toMatchObject({ code: 'ERR_ADDRESS_IN_USE' })
      await expect(open({ listen: ['/ip4/192.0.2.1/tcp/0'] })).rejects.toMatchObject({
        code: 'ERR_ADDRESS_UNREACHABLE'
      })
      // A closed socket is counted until the system has let go of it.
      while (sockets() > before) await new Promise((resolve) => setImmediate(resolve))
    }))

  it('refuses what is no key and no address', async () => {
    await expect(createNode({ privateKey: new Uint8Array(3) })).rejects.toThrow(TypeError)
    await expect(createNode({ listen: ['nonsense'] })).rejects.toThrow(TypeError)
    await expect(createNode({ bootstrap: ['/ip4/127.0.0.1/tcp/4001'] })).rejects.toThrow(TypeError)
  })

  it('gives WebSockets to the pages that may have one, and to what is no page', () =>
    withNodes(async (open) => {
      const asked: string[][] = []
      const node = await open({
        listen: ['/ip4/127.0.0.1/tcp/0/ws'],
        allowOrigin(...told) {
          asked.push(told)
          return told[0] === 'https://ours.example'
        }
      })
      const address = String(node.getMultiaddrs()[0])
      const url = `http://${address.split('/')[2]}:${address.split('/')[4]}`
      expect(await upgradeStatus(url, { origin: 'https://theirs.example' })).toBe(403)
      expect(await upgradeStatus(url, { origin: 'null' })).toBe(403)
      expect(await upgradeStatus(url, { origin: 'https://ours.example' })).toBe(101)
      expect(await upgradeStatus(url)).toBe(101)
      const host = new URL(url).host
      expect(asked).toEqual(['https://theirs.example', 'null', 'https://ours.example'].map((origin) => [origin, host]))
      // A node is no page.
      const other = await open()
      await other.dial(node.getMultiaddrs())
      expect(other.getPeers()).toEqual([node.peerId])
    }))
})

/** The HTTP status that a WebSocket is answered with. */
function upgradeStatus(url: string, headers: Record<string, string> = {}): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asked = request(url, {
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
        ...headers
      }
    })
    asked.on('upgrade', ({ statusCode }, socket) => {
      socket.destroy()
      resolve(statusCode)
    })
    asked.on('response', (response) => resolve(response.resume().statusCode))
    asked.on('error', reject).end()
  })
}
