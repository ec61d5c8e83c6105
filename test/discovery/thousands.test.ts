import { randomBytes } from 'node:crypto'
import { bittorrentDiscovery } from '@anyfeed/discovery-bittorrent'
import { mdnsDiscovery } from '@anyfeed/discovery-mdns'
import { createMemoryRendezvous, memoryDiscovery } from '@anyfeed/discovery-memory'
import type { Discovery } from '@anyfeed/interfaces'
import { expect, it } from 'vitest'
import { find } from './find.ts'
import { dht, mdnsOptions } from './networks.ts'

/** One announces all topics under one signal, another finds each; then both are closed. */
async function findAll(announcer: Discovery, seeker: Discovery, count: number): Promise<void> {
  const warnings: Error[] = []
  const onWarning = (warning: Error) => warnings.push(warning)
  process.on('warning', onWarning)
  const leave = new AbortController()
  const topics = Array.from({ length: count }, () => new Uint8Array(randomBytes(32)))
  const port = (i: number) => `/ip4/127.0.0.1/tcp/${1 + i}`
  const announced = topics.map((topic, i) => announcer.announce(topic, [port(i)], leave))
  const found = await Promise.all(topics.map((topic) => find(seeker, topic, 1)))
  expect(found).toEqual(topics.map((_, i) => [port(i)]))
  leave.abort()
  await Promise.all(announced)
  await Promise.all([announcer.close(), seeker.close()])
  process.off('warning', onWarning)
  expect(warnings).toEqual([])
}

it('memory: 20,000 topics', async () => {
  const rendezvous = createMemoryRendezvous()
  await findAll(memoryDiscovery(rendezvous), memoryDiscovery(rendezvous), 20_000)
  expect(rendezvous.topics).toBe(0)
})

it('mdns: 5,000 topics', async () => {
  const options = { ...(await mdnsOptions()), packetsPerSecond: 1000 }
  await findAll(mdnsDiscovery(options), mdnsDiscovery(options), 5000)
})

it('bittorrent: 3,000 topics', async () => {
  const network = await dht()
  const options = { host: '127.0.0.1', bootstrap: network.bootstrap, operationsPerSecond: 1000 }
  await findAll(bittorrentDiscovery(options), bittorrentDiscovery(options), 3000)
  await network.close()
})
