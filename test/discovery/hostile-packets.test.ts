import { randomBytes } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { bittorrentDiscovery } from '@anyfeed/discovery-bittorrent'
import { mdnsDiscovery } from '@anyfeed/discovery-mdns'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { find } from './find.ts'
import { dht, mdnsOptions } from './networks.ts'

const PACKETS = 10_000

/** Packets that begin as real ones do, and go wrong somewhere. */
function packets(starts: readonly string[]): Buffer[] {
  const start = fc.constantFrom(...starts.map((each) => Buffer.from(each, 'latin1')))
  const packet = fc
    .tuple(start, fc.uint8Array({ maxLength: 200 }), fc.nat(64))
    .map(([head, tail, cut]) => Buffer.concat([head.subarray(0, Math.max(1, head.length - cut)), tail]))
  return fc.sample(packet, { numRuns: PACKETS, seed: 4 })
}

/** One after the other: each has left before the next is sent. */
async function flood(socket: Socket, port: number, host: string, all: readonly Buffer[]): Promise<void> {
  for (const packet of all) await new Promise((resolve) => socket.send(packet, port, host, resolve))
}

it(`mdns still finds and is found after ${PACKETS} hostile packets`, async () => {
  const options = await mdnsOptions()
  const [announcer, seeker] = [mdnsDiscovery(options), mdnsDiscovery(options)]
  const leave = new AbortController()
  const topic = new Uint8Array(randomBytes(32))
  const before = find(seeker, topic, 1)
  announcer.announce(topic, ['/a'], leave)
  await before
  const socket = createSocket({ type: 'udp4', reuseAddr: true }).bind(options.port, '0.0.0.0')
  await once(socket, 'listening')
  socket.setMulticastInterface('127.0.0.1')
  const name = `\x34${'a'.repeat(52)}\x04_sub\x08_anyfeed\x04_udp\x05local\0`
  const header = (flags: string, counts: string) => `\0\0${flags}${counts}`
  await flood(socket, options.port, '224.0.0.251', [
    Buffer.alloc(12, 0xff),
    ...packets([
      `${header('\0\0', '\0\x01\0\0\0\0\0\0')}${name}\0\x0c\0\x01`,
      `${header('\x84\0', '\0\0\0\x02\0\0\0\0')}${name}\0\x0c\0\x01\0\0\0\x78\0\x02\xc0\x0c\xc0\x0c\0\x10\0\x01\0\0\0\x78\0\x06\x050.0=x`,
      `${header('\x84\0', '\xff\xff\xff\xff\xff\xff\xff\xff')}\0\0\x10\0\x01\0\0\0\0\xff\xff\xff`
    ])
  ])
  const late = mdnsDiscovery(options)
  expect(await find(late, topic, 1)).toEqual(['/a'])
  leave.abort()
  socket.close()
  await Promise.all([announcer, seeker, late].map((each) => each.close()))
})

it(`bittorrent still finds and is found after ${PACKETS} hostile packets`, async () => {
  const network = await dht()
  const options = { host: '127.0.0.1', bootstrap: network.bootstrap }
  const [announcer, seeker] = [bittorrentDiscovery(options), bittorrentDiscovery(options)]
  const leave = new AbortController()
  const topic = new Uint8Array(randomBytes(32))
  announcer.announce(topic, ['/ip4/127.0.0.1/tcp/4000'], leave)
  await find(seeker, topic, 1)
  const socket = createSocket('udp4').bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const id = 'x'.repeat(20)
  const all = [
    // Each of these ends a process that gives it to bittorrent-dht 11.
    Buffer.from('l-3:'),
    Buffer.from(`d1:ad2:id20:${id}9:info_hashi7ee1:q9:get_peers1:t2:aa1:y1:qe`),
    Buffer.from(`d1:ad2:id20:${id}6:targeti7ee1:q9:find_node1:t2:aa1:y1:qe`),
    ...packets([
      `d1:ad2:id20:${id}9:info_hash20:${id}e1:q9:get_peers1:t2:aa1:y1:qe`,
      `d1:rd2:id20:${id}5:nodes26:${id}abcdef5:token4:abcd6:valuesl6:abcdefee1:t2:\0\x011:y1:re`,
      `d1:ad2:id20:${id}9:info_hash20:${id}4:porti1e5:token4:abcde1:q13:announce_peer1:t2:aa1:y1:qe`
    ])
  ]
  for (const node of [announcer, seeker]) {
    await flood(socket, Number((await node.join()).split(':')[1]), '127.0.0.1', all)
  }
  const late = bittorrentDiscovery({ ...options, bootstrap: [await announcer.join()] })
  expect(await find(late, topic, 1)).toEqual(['/ip4/127.0.0.1/tcp/4000'])
  expect(await find(seeker, topic, 1)).toEqual(['/ip4/127.0.0.1/tcp/4000'])
  leave.abort()
  socket.close()
  await Promise.all([announcer, seeker, late].map((each) => each.close()))
  await network.close()
})
