import { LookupResults } from '@anyfeed/adapter-kit'
import { expect, it } from 'vitest'
import { announcedPort } from '../src/announced-port.ts'
import { foundPeers } from '../src/found-peers.ts'
import { bittorrentDiscovery } from '../src/index.ts'
import { infoHashes } from '../src/info-hash.ts'
import { reachOf } from '../src/reach.ts'

const topic = Uint8Array.from({ length: 32 }, (_, i) => i)

it('knows from where an address can be reached', () => {
  const known = {
    public: ['1.1.1.1', '172.32.0.1', '100.128.0.1', '223.255.255.254'],
    private: ['10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.1.1', '169.254.169.254', '100.64.0.1'],
    loopback: ['127.0.0.1', '127.255.0.1'],
    nowhere: ['0.0.0.0', '0.1.2.3', '224.0.0.251', '255.255.255.255', '240.0.0.1', '192.0.2.1']
  }
  for (const [reach, hosts] of Object.entries(known)) for (const host of hosts) expect(reachOf(host)).toBe(reach)
})

it('announces the first port that the medium holds and others reach', () => {
  const given = [
    '/ip6/::1/tcp/1',
    '/ip4/1.2.3.4/udp/2',
    '/ip4/1.2.3.4/tcp/0',
    '/ip4/1.2.3.4/tcp/3/p2p/x',
    '/ip4/127.0.0.1/tcp/4',
    '/ip4/10.0.0.1/tcp/5'
  ]
  expect(announcedPort(given, true)).toBe(4)
  expect(announcedPort(given, false)).toBe(5)
  for (const none of [
    [],
    ['/ip4/1.2.3.4/tcp/0'],
    ['/ip4/1.2.3.4/tcp/65536'],
    ['/ip4/300.2.3.4/tcp/1'],
    ['/memory/a']
  ]) {
    expect(() => announcedPort(none, true)).toThrow(TypeError)
  }
  expect(() => announcedPort(['/ip4/127.0.0.1/tcp/4'], false)).toThrow(TypeError)
})

it('does not believe in ports and hosts that cannot be, and believes one node for a quarter', async () => {
  const tell = async (allowPrivate: boolean) => {
    const results = new LookupResults({ source: 'bittorrent', limit: 16, onOver: () => {} })
    const onPeer = foundPeers(results, allowPrivate, 16)
    const peers = ['10.0.0.1', '127.0.0.1', '0.0.0.0', '224.0.0.1', '8.8.8.8'].map((host) => ({ host, port: 1 }))
    for (const peer of [...peers, { host: '8.8.8.8', port: 0 }]) onPeer(peer, 'a')
    for (let port = 1; port < 1000; port++) onPeer({ host: '6.6.6.6', port }, 'liar')
    onPeer({ host: '9.9.9.9', port: 9 }, 'b')
    results.end()
    const found: string[] = []
    for (let step = await results.next(); !step.done; step = await results.next()) found.push(step.value.address)
    return found
  }
  const lies = [1, 2, 3, 4].map((port) => `/ip4/6.6.6.6/tcp/${port}`)
  expect(await tell(false)).toEqual(['/ip4/8.8.8.8/tcp/1', ...lies, '/ip4/9.9.9.9/tcp/9'])
  const near = ['/ip4/10.0.0.1/tcp/1', '/ip4/127.0.0.1/tcp/1']
  expect(await tell(true)).toEqual([...near, '/ip4/8.8.8.8/tcp/1', ...lies, '/ip4/9.9.9.9/tcp/9'])
})

it('announces the topic, or the id as 2016 peers do, or both', () => {
  const id = new Uint8Array(32).fill(7)
  const [ofId, ofTopic] = ['07'.repeat(20), Buffer.from(topic.subarray(0, 20)).toString('hex')]
  expect(infoHashes(topic, {}, 'topic')).toEqual([ofTopic])
  expect(infoHashes(topic, { id }, 'topic')).toEqual([ofTopic])
  expect(infoHashes(topic, { id }, 'id')).toEqual([ofId])
  expect(infoHashes(topic, { id }, 'both')).toEqual([ofId, ofTopic])
  expect(() => infoHashes(topic, { id: id.subarray(0, 31) }, 'id')).toThrow(RangeError)
})

it('asks for the id only where it announces it, and does nothing without', async () => {
  const { signal } = new AbortController()
  for (const key of ['topic', 'id', 'both'] as const) {
    const discovery = bittorrentDiscovery({ host: '127.0.0.1', key })
    expect(discovery.supports.wantsId).toBe(key !== 'topic')
    if (key !== 'topic') {
      await expect(discovery.announce(topic, ['/ip4/127.0.0.1/tcp/1'], { signal })).rejects.toThrow(TypeError)
      expect(() => discovery.lookup(topic, { signal })).toThrow(TypeError)
    }
    await discovery.close()
  }
})

it('refuses options that are none', () => {
  for (const bootstrap of [['nowhere'], ['a:0'], ['a:65536'], ['a:b']]) {
    expect(() => bittorrentDiscovery({ bootstrap })).toThrow(TypeError)
  }
  for (const state of [{}, { id: 'x', nodes: [] }, { id: '00'.repeat(20) }, null]) {
    expect(() => bittorrentDiscovery({ state: state as never })).toThrow(TypeError)
  }
  expect(() => bittorrentDiscovery({ host: 'localhost' })).toThrow(RangeError)
  expect(() => bittorrentDiscovery({ renewal: 10 })).toThrow(RangeError)
  expect(() => bittorrentDiscovery({ key: 'name' as never })).toThrow(RangeError)
})
