import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bittorrentDiscovery } from '@anyfeed/discovery-bittorrent'
import { expect, it, onTestFinished } from 'vitest'
import { anyfeed, type Ended, eventOf, LOOPBACK, noiseFile, Run, sameBytes, temporaryDirectory } from './anyfeed.ts'

const LIBP2P = ['--transport', 'libp2p']
/** Multicast stays on this machine, too. */
const LOCAL = ['--interface', '127.0.0.1']
const NOBODYS_ID = 'ab'.repeat(32)

/** A node of a DHT that runs until the test is over, and its address. */
async function node(store: string, ...more: string[]): Promise<{ run: Run; address: string }> {
  const run = new Run(['node', '--store', store, ...LOOPBACK, ...more, '--json'])
  const { addresses } = await run.event('listening')
  return { run, address: addresses[0] as string }
}

/** Shares 300,000 bytes with these options, and fetches them with those. */
async function shareAndGet(directory: string, shareWith: string[], getWith: string[]): Promise<Ended> {
  const file = await noiseFile(directory, 300_000)
  const share = new Run(['share', file, '--store', join(directory, 'a'), ...LOOPBACK, ...shareWith, '--json'])
  const { id } = await share.event('sharing')
  const copy = join(directory, 'copy')
  const got = await anyfeed('get', id, '--store', join(directory, 'b'), '-o', copy, ...getWith, '--json')
  expect(got.events.at(-1)).toMatchObject({ event: 'done', fetched: 5 })
  expect(sameBytes(file, copy)).toBe(true)
  return got
}

/** The peers that were connected. */
function connected({ events }: Ended): unknown[] {
  return events.flatMap((each) => (each.event === 'peer' && each.state === 'connected' ? [each] : []))
}

it('finds who shares by one node of the DHT, over libp2p', async () => {
  const directory = await temporaryDirectory()
  const { address } = await node(join(directory, 'node'))
  const options = [...LIBP2P, '--bootstrap', address, '--discovery', 'kad-dht']
  const got = await shareAndGet(directory, options, options)
  expect(connected(got)).toMatchObject([{ transport: 'libp2p', foundBy: ['kad-dht'], peers: 1 }])
  const looking = got.events.filter((each) => each.event === 'looking')
  expect(looking[0]).toMatchObject({ found: { 'kad-dht': 0 }, peers: 0 })
  expect(looking.at(-1)).toMatchObject({ found: { 'kad-dht': 1 }, peers: 1 })
})

it('needs nothing but the id on a local network', async () => {
  const directory = await temporaryDirectory()
  const got = await shareAndGet(
    directory,
    [...LIBP2P, '--discovery', 'kad-dht,mdns', ...LOCAL],
    [...LIBP2P, '--discovery', 'kad-dht,mdns', ...LOCAL]
  )
  expect(connected(got)).toMatchObject([{ transport: 'libp2p', foundBy: ['mdns'] }])
})

it('finds peers of plain TCP by the DHT, and by a DHT of another protocol', async () => {
  const directory = await temporaryDirectory()
  const dht = ['--dht', '/example/kad/1.0.0']
  const { address } = await node(join(directory, 'node'), ...dht)
  const options = ['--transport', 'tcp', '--bootstrap', address, ...dht, '--discovery', 'kad-dht']
  expect(connected(await shareAndGet(directory, options, options))).toMatchObject([
    { transport: 'tcp', foundBy: ['kad-dht'] }
  ])
})

it('does not find by one DHT what is in another', async () => {
  const directory = await temporaryDirectory()
  const { address } = await node(join(directory, 'node'), '--dht', '/example/kad/1.0.0')
  const options = [...LIBP2P, '--bootstrap', address, '--discovery', 'kad-dht', '--timeout', '1']
  const got = await anyfeed(
    'get',
    NOBODYS_ID,
    ...options,
    '--store',
    join(directory, 'a'),
    '-o',
    join(directory, 'copy')
  )
  expect(got.code).toBe(1)
  expect(got.stderr).toContain('kad-dht found nobody with this feed for 1 s')
})

it.each(['topic', 'id'])('finds peers by the BitTorrent DHT, by the %s', async (key) => {
  const directory = await temporaryDirectory()
  const router = bittorrentDiscovery({ host: '127.0.0.1' })
  onTestFinished(() => router.close())
  const options = ['--discovery', 'bittorrent', '--router', await router.join(), '--bittorrent-key', key, ...LOCAL]
  expect(connected(await shareAndGet(directory, options, options))).toMatchObject([
    { transport: 'tcp', foundBy: ['bittorrent'] }
  ])
})

it('finds the BitTorrent DHT again without a router, and begins anew when what it kept is damaged', async () => {
  const directory = await temporaryDirectory()
  const router = bittorrentDiscovery({ host: '127.0.0.1' })
  onTestFinished(() => router.close())
  const again = ['--discovery', 'bittorrent', ...LOCAL]
  const options = [...again, '--router', await router.join()]
  const got = await shareAndGet(directory, options, options)
  const { id } = eventOf(got, 'looking')
  const store = ['--store', join(directory, 'b')]
  const get = ['get', id, ...store, '-o', join(directory, 'copy')]
  expect((await anyfeed('rm', id, ...store)).code).toBe(0)
  expect((await anyfeed(...get, ...again)).code).toBe(0)
  expect((await anyfeed('rm', id, ...store)).code).toBe(0)
  await writeFile(join(directory, 'b', 'bittorrent.json'), '{"id":')
  expect((await anyfeed(...get, ...options)).code).toBe(0)
})

it('goes on with the other discoveries when one does not work', async () => {
  const directory = await temporaryDirectory()
  const { address } = await node(join(directory, 'node'))
  // An address that this machine has not: neither multicast nor the BitTorrent DHT can be used there.
  const broken = ['--interface', '192.0.2.1', '--transport', 'tcp', '--discovery', 'mdns,bittorrent,kad-dht']
  const options = [...broken, '--bootstrap', address]
  const got = await shareAndGet(directory, options, options)
  expect(connected(got)).toMatchObject([{ foundBy: ['kad-dht'] }])
  expect(eventOf(got, 'warning').message).toMatch(/mdns|multicast|bittorrent/i)
})

it('is the same node after a restart, and no second one in the same store', async () => {
  const store = join(await temporaryDirectory(), 'node')
  const first = await node(store)
  const second = await anyfeed('node', '--store', store, ...LOOPBACK, '--json')
  expect(eventOf(second, 'error').code).toBe('ERR_LOCKED')
  expect((await first.run.kill('SIGINT')).code).toBe(0)
  const again = await node(store)
  expect(again.address.split('/p2p/')[1]).toBe(first.address.split('/p2p/')[1])
})

it('keeps the address of who shares over libp2p', async () => {
  const directory = await temporaryDirectory()
  const file = await noiseFile(directory, 300_000)
  const share = ['share', file, '--store', join(directory, 'a'), ...LIBP2P, '--json']
  const first = new Run([...share, ...LOOPBACK])
  const { id, addresses, command } = await first.event('sharing')
  const [address = ''] = addresses
  expect(command).toBe(`anyfeed get ${id} --peer ${address}`)
  await first.kill('SIGKILL')
  const again = new Run([...share, '--listen', address.split('/p2p/')[0] as string])
  expect((await again.event('sharing')).addresses).toEqual(addresses)
  const got = await anyfeed(
    'get',
    id,
    '--peer',
    address,
    '--store',
    join(directory, 'b'),
    '-o',
    join(directory, 'copy')
  )
  expect(got.code).toBe(0)
})

it('says that the port of a node is taken', async () => {
  const directory = await temporaryDirectory()
  const { address } = await node(join(directory, 'a'))
  const ended = await anyfeed('node', '--store', join(directory, 'b'), '--listen', address.split('/p2p/')[0] as string)
  expect(ended.code).toBe(1)
  expect(ended.stderr).toMatch(/^anyfeed: .*choose another with --listen\n$/)
})

it.each([
  [['--discovery', 'kad-dht,carrier-pigeon'], /kad-dht, mdns, bittorrent/],
  [['--discovery', 'bittorrent', '--transport', 'libp2p'], /add --transport tcp/],
  [['--transport', 'udp'], /libp2p, tcp/],
  [['--bootstrap', '/ip4/127.0.0.1/tcp/4000'], /\/p2p\/12D3KooW/],
  [['--interface', 'eth0'], /IPv4 address/],
  [['--router', 'localhost'], /HOST:PORT/],
  [['--dht', 'kad'], /\/anyfeed\/kad\/1\.0\.0/]
])('says how to call it: %j', async (args, message) => {
  const store = join(await temporaryDirectory(), 'a')
  const ended = await anyfeed('get', NOBODYS_ID, ...args, '--store', store)
  expect(ended.code).toBe(2)
  expect(ended.stderr).toMatch(/^anyfeed: [^\n]+\n$/)
  expect(ended.stderr).toMatch(message)
})
