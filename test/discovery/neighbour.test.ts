import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { bittorrentDiscovery } from '@anyfeed/discovery-bittorrent'
import { mdnsDiscovery } from '@anyfeed/discovery-mdns'
import type { Discovery } from '@anyfeed/interfaces'
import { expect, it } from 'vitest'
import { find } from './find.ts'
import { dht, mdnsOptions } from './networks.ts'

const program = fileURLToPath(new URL('neighbour.ts', import.meta.url))

/** Both sides announce one topic and look for the other's. Then the other process leaves, and ends by itself. */
async function meet(kind: string, own: Discovery, options: object): Promise<Uint8Array> {
  const [theirs, ours] = [randomBytes(32), randomBytes(32)]
  const [theirAddress, ourAddress] = ['/ip4/127.0.0.1/tcp/4001', '/ip4/127.0.0.1/tcp/4002']
  const leave = new AbortController()
  const announced = own.announce(ours, [ourAddress], leave)
  const topics = JSON.stringify([theirs.toString('hex'), ours.toString('hex')])
  const child = spawn(
    process.execPath,
    [program, kind, JSON.stringify(options), topics, JSON.stringify([theirAddress])],
    {
      stdio: ['pipe', 'pipe', 'inherit']
    }
  )
  const exit = once(child, 'exit')
  try {
    const [line] = await once(createInterface(child.stdout), 'line')
    expect(line).toBe(ourAddress)
    expect(await find(own, theirs, 1)).toEqual([theirAddress])
    child.stdin.end()
    expect(await exit).toEqual([0, null])
  } finally {
    child.kill()
    leave.abort()
    await announced
  }
  return theirs
}

it('mdns finds a peer in another process and is found by it', async () => {
  const { interface: loopback, port } = await mdnsOptions()
  const own = mdnsDiscovery({ interface: loopback, port })
  const gone = await meet('mdns', own, { interface: loopback, port })
  const stop = new AbortController()
  const looked = own.lookup(gone, stop)[Symbol.asyncIterator]().next()
  const other = mdnsDiscovery({ interface: loopback, port })
  const known = randomBytes(32)
  other.announce(known, ['/known'], stop)
  await find(own, known, 1)
  stop.abort()
  expect((await looked).done).toBe(true)
  await Promise.all([own.close(), other.close()])
})

it('bittorrent finds a peer in another process and is found by it', async () => {
  const network = await dht()
  const options = { host: '127.0.0.1', bootstrap: network.bootstrap }
  const own = bittorrentDiscovery(options)
  await meet('bittorrent', own, options)
  await own.close()
  await network.close()
})
