import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { Client } from 'bittorrent-dht'
import { afterEach, expect, it } from 'vitest'
import { all, find } from '../../../test/discovery/find.ts'
import { dht } from '../../../test/discovery/networks.ts'
import { SimulatedClock } from '../../../test/discovery/simulated-clock.ts'
import { bittorrentDiscovery } from '../src/index.ts'
import { Turns } from '../src/turns.ts'

const never = new AbortController().signal
const topic = new Uint8Array(32).fill(3)
const address = '/ip4/127.0.0.1/tcp/4000'
const host = '127.0.0.1'
const ends: Array<() => unknown> = []

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

/** A plain node of the library, whose secrets and store the test reaches into. */
async function plainNode() {
  const client = new Client({
    socket: createSocket('udp4'),
    bootstrap: false,
    maxAge: 600_000,
    maxPeers: 100,
    maxValues: 1
  })
  client.listen(0, host)
  await once(client, 'listening')
  ends.push(() => new Promise<void>((resolve) => client.destroy(resolve)))
  return client as Client & { _rotateSecrets(): void; _peers: { clear(): void } }
}

it('renews with fresh tokens when the old ones have expired', async () => {
  const client = await plainNode()
  const clock = new SimulatedClock()
  const onWarning = (warning: Error) => {
    throw warning
  }
  const bootstrap = [`${host}:${client.address().port}`]
  const announcer = bittorrentDiscovery({ host, bootstrap, clock, onWarning })
  ends.push(() => announcer.close())
  const heard = () => once(client as never, 'announce')
  const first = heard()
  announcer.announce(topic, [address], { signal: never })
  await first
  for (let renewal = 0; renewal < 3; renewal++) {
    client._rotateSecrets()
    client._rotateSecrets()
    client._peers.clear()
    const again = heard()
    // Answers come in order: when this lookup has its own, the announcement has been told that it was taken.
    await all(announcer, topic, never)
    expect(clock.timers).toBe(1)
    await clock.advance(15 * 60 * 1000)
    const [peer] = await again
    expect(peer).toEqual({ host, port: 4000 })
  }
})

it('announces at once when the first node is met, after it had found nobody', async () => {
  const warnings: Error[] = []
  const lone = bittorrentDiscovery({ host, onWarning: (warning) => warnings.push(warning) })
  ends.push(() => lone.close())
  lone.announce(topic, [address], { signal: never })
  const bootstrap = [await lone.join()]
  while (warnings.length === 0) await new Promise((resolve) => setImmediate(resolve))
  const other = bittorrentDiscovery({ host, bootstrap })
  ends.push(() => other.close())
  expect(await find(other, topic, 1)).toEqual([address])
  expect(warnings).toHaveLength(1)
})

it('comes back after a restart by its saved state alone', async () => {
  const network = await dht()
  ends.push(() => network.close())
  network.nodes[3]?.announce(topic, [address], { signal: never })
  const first = bittorrentDiscovery({ host, bootstrap: network.bootstrap })
  await find(first, topic, 1)
  await first.close()
  const state = JSON.parse(JSON.stringify(first.save()))
  expect(state.nodes.length).toBeGreaterThan(3)
  const hostile = [{ host: 'evil.example', port: 1 }, { host, port: 0 }, null, { host: 7 }]
  const second = bittorrentDiscovery({ host, state: { ...state, nodes: [...hostile, ...state.nodes] } })
  ends.push(() => second.close())
  expect(await find(second, topic, 1)).toEqual([address])
  expect(second.save()?.id).toBe(state.id)
})

it('says that its port is taken', async () => {
  const first = bittorrentDiscovery({ host })
  ends.push(() => first.close())
  const port = Number((await first.join()).split(':')[1])
  const second = bittorrentDiscovery({ host, port })
  ends.push(() => second.close())
  const taken = { code: 'ERR_ADDRESS_IN_USE' }
  await expect(second.announce(topic, [address], { signal: never })).rejects.toMatchObject(taken)
  await expect(all(second, topic, never)).rejects.toMatchObject(taken)
})

it('takes turns between lookups and announcements, so many in a second, and forgets those who leave', async () => {
  const clock = new SimulatedClock()
  const turns = new Turns(clock, 10, 4)
  const order: string[] = []
  const leave = new AbortController()
  for (let i = 0; i < 1000; i++) turns.run('announce', i < 500 ? leave.signal : never, async () => order.push(`a${i}`))
  for (let i = 0; i < 5; i++) turns.run('lookup', never, async () => order.push(`l${i}`))
  await clock.advance(0)
  expect(order).toHaveLength(10)
  expect(order.filter((each) => each.startsWith('l')).length).toBeGreaterThanOrEqual(3)
  leave.abort()
  await clock.advance(10_000)
  expect(order.length).toBeLessThanOrEqual(111)
  expect(order.at(-1)).toMatch(/^a[56]\d\d$/)
  turns.close()
  expect(clock.timers).toBe(0)
})
