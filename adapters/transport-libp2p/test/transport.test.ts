import { type Connection, ConnectionError, type Listener } from '@anyfeed/interfaces'
import { describe, expect, it } from 'vitest'
import { countBytes, countNumbered, numbered } from '../../../conformance/src/bytes/numbered.ts'
import { until } from '../../../conformance/src/wait/until.ts'
import { libp2pTransport, PROTOCOL } from '../src/index.ts'
import { failure, openNode, withLinked } from './nodes.ts'

const PEER = '12D3KooWHiKupJ1XsUr4fMai5fSoFK8V9Bo4NLNZk9ztuuwsSBqW'
const MIB = 1024 * 1024

describe('libp2p transport', () => {
  it.each([
    [`/p2p/${PEER}`, true],
    [`/ip4/127.0.0.1/tcp/4001/p2p/${PEER}`, true],
    [`/dns4/example.org/tcp/443/wss/p2p/${PEER}`, true],
    [`/ip4/127.0.0.1/tcp/4001/p2p/${PEER}/p2p-circuit/p2p/${PEER}`, true],
    [`/ip4/127.0.0.1/tcp/4001/p2p/${PEER}/p2p-circuit`, false],
    ['/ip4/127.0.0.1/tcp/4001', false],
    ['/p2p/', false],
    ['/p2p/nobody', false],
    [PEER, false],
    [`/nonsense/p2p/${PEER}`, false]
  ])('handles %s: %s', async (address, handled) => {
    const node = await openNode()
    expect(libp2pTransport(node).handles(address)).toBe(handled)
    await node.stop()
  })

  it('refuses options that are no counts of bytes', async () => {
    const node = await openNode()
    for (const value of [0, -1, 1.5, Number.NaN]) {
      for (const name of ['maxBuffered', 'maxStreamWindow', 'maxInboundStreams', 'maxOutboundStreams']) {
        expect(() => libp2pTransport(node, { [name]: value })).toThrow(RangeError)
      }
    }
    await node.stop()
  })

  it('proves both ids, and binds what is proven to the pair', () =>
    withLinked(async ({ connect, nodes }) => {
      const [near, far] = await connect()
      expect(near.remoteIdentity).toBe(nodes[1].peerId.toString())
      expect(far.remoteIdentity).toBe(nodes[0].peerId.toString())
      expect(near.channelBinding).toEqual(far.channelBinding)
      await withLinked(async ({ connect }) => {
        const [other] = await connect()
        expect(other.channelBinding).not.toEqual(near.channelBinding)
      })
    }))

  it('says why it could not dial', () =>
    withLinked(async ({ nodes, transports, address }) => {
      const [dialler, listening] = transports
      const code = async (at: string) => ((await failure(dialler.dial(at))) as ConnectionError).code
      const gone = await openNode()
      const [old] = gone.getMultiaddrs().map(String)
      await gone.stop()
      expect(await code(old ?? '')).toBe('ERR_CONNECTION_REFUSED')
      expect(await code(address.replace(/12D3.*/, PEER))).toBe('ERR_CONNECTION_UNTRUSTED')
      expect(await code(`/p2p/${nodes[0].peerId}`)).toBe('ERR_ADDRESS_UNREACHABLE')
      expect(await code(`/p2p/${PEER}`)).toBe('ERR_ADDRESS_UNREACHABLE')
      expect(await code(`/memory/x/p2p/${PEER}`)).toBe('ERR_ADDRESS_UNREACHABLE')
      await listening.close()
      expect(await code(address)).toBe('ERR_CONNECTION_REFUSED')
    }))

  it('listens under the id of its node alone, once for a node', () =>
    withLinked(async ({ nodes, transports, address }) => {
      const listen = { onConnection() {} }
      const [dialler, listening] = transports
      const own = nodes[0].getMultiaddrs()[0]?.toString() ?? ''
      expect(await failure(dialler.listen(address, listen))).toMatchObject({ code: 'ERR_ADDRESS_UNREACHABLE' })
      expect((await dialler.listen(own, listen)).addresses).toEqual([own])
      const second = libp2pTransport(nodes[1])
      expect(await failure(second.listen(address, listen))).toMatchObject({ code: 'ERR_ADDRESS_IN_USE' })
      await listening.close()
      await second.listen(address, listen)
      await second.close()
    }))

  it('tells when the addresses of its node have changed, and of nothing else', async () => {
    const node = await openNode({ start: false })
    const transport = libp2pTransport(node)
    const told: Array<readonly string[]> = []
    const address = `/p2p/${node.peerId}`
    const changed = new Promise<void>((resolve) => {
      const onAddresses = () => {
        told.push(listener.addresses)
        resolve()
      }
      const listening = transport.listen(address, { onConnection() {}, onAddresses })
      let listener: Listener
      listening.then((opened) => {
        listener = opened
        expect(listener.addresses).toEqual([address])
        return node.start()
      })
    })
    await changed
    const now = node.getMultiaddrs().map(String)
    expect(now).toHaveLength(1)
    const updated = new Promise((resolve) => node.addEventListener('self:peer:update', resolve, { once: true }))
    await node.handle('/other/1.0.0', () => {})
    await updated
    expect(told).toEqual([now])
    await transport.close()
    await node.stop()
  })

  it('leaves the node as it was', () =>
    withLinked(async ({ nodes, transports, connect }) => {
      await nodes[1].handle('/other/1.0.0', (stream) => void stream.close())
      const [near, far] = await connect()
      const read = failure(countBytes(near.source))
      await transports[1].close()
      await read
      await far.closed
      expect(nodes[1].status).toBe('started')
      expect(nodes[1].getProtocols()).toContain('/other/1.0.0')
      expect(nodes[1].getProtocols()).not.toContain(PROTOCOL)
      const [connection] = nodes[0].getConnections()
      expect(connection?.status).toBe('open')
      expect(connection?.streams.filter((stream) => stream.protocol === PROTOCOL)).toEqual([])
      await (await nodes[0].dialProtocol(nodes[1].peerId, '/other/1.0.0')).close()
    }))

  it('trusts nobody on a connection that proves nothing', () =>
    withLinked(
      async ({ nodes, transports, address }) => {
        expect(await failure(transports[0].dial(address))).toMatchObject({ code: 'ERR_CONNECTION_UNTRUSTED' })
        const stream = await nodes[0].dialProtocol(nodes[1].peerId, PROTOCOL)
        await until(() => stream.status === 'reset')
      },
      { plain: true }
    ))

  it('resets streams beyond maxInboundStreams and keeps the others', () =>
    withLinked(
      async ({ transports, address, connect }) => {
        const [near, far] = await connect()
        const more = transports[0].dial(address).then((connection) => countBytes(connection.source))
        expect(await failure(more)).toBeInstanceOf(ConnectionError)
        const [, bytes] = await Promise.all([near.sink(numbered([MIB])), countNumbered(far.source)])
        expect(bytes).toBe(MIB)
      },
      { options: { maxInboundStreams: 1 } }
    ))

  it('two nodes that dial each other at once get a connection each, a hundred times', () =>
    withLinked(async ({ nodes, transports, address }) => {
      let accepted: (connection: Connection) => void = () => {}
      const own = nodes[0].getMultiaddrs()[0]?.toString() ?? ''
      await transports[0].listen(own, { onConnection: (connection) => accepted(connection) })
      for (let round = 0; round < 100; round++) {
        const incoming = new Promise<Connection>((resolve) => {
          accepted = resolve
        })
        const [there, back] = await Promise.all([transports[0].dial(address), transports[1].dial(own)])
        const far = await incoming
        const [, bytes] = await Promise.all([back.sink(numbered([round])), countNumbered(far.source)])
        expect(bytes).toBe(round)
        expect([there.remoteIdentity, back.remoteIdentity]).toEqual([String(nodes[1].peerId), String(nodes[0].peerId)])
        for (const connection of [there, back]) connection.abort(new Error('next'))
        await Promise.all([there.closed, back.closed])
        if (round % 4 === 0) await nodes[0].hangUp(nodes[1].peerId)
      }
    }))
})
