// A peer in a page: a core over IndexedDB, and a swarm over libp2p. Tests call what `peer` has.
import { type Core, createCore, type Feed } from '@anyfeed/core'
import { libp2pDiscovery } from '@anyfeed/discovery-libp2p'
import { type AnyfeedError, StorageError } from '@anyfeed/interfaces'
import { levelStorage } from '@anyfeed/storage-level'
import { createSwarm, type Swarm } from '@anyfeed/swarm'
import { libp2pTransport } from '@anyfeed/transport-libp2p'
import { createNode } from '@anyfeed/transport-libp2p/node'
import { webRTC } from '@libp2p/webrtc'
import { BrowserLevel } from 'browser-level'
import { blockOf, isBlock } from './content.ts'

const BLOCK = 64 * 1024

let core: Core
let swarm: Swarm | undefined

const toHex = (bytes: Uint8Array | null) =>
  Array.from(bytes ?? [], (byte) => byte.toString(16).padStart(2, '0')).join('')

const peer = {
  /** Opens the store; what was in it is found again. */
  async open(store = 'feeds') {
    core = createCore({ storage: levelStorage(new BrowserLevel<Uint8Array, Uint8Array>(store)) })
    await core.open()
  },

  /** Joins the network of the nodes at `addresses`. `introduced`: and lets them introduce it to other pages. */
  async join(addresses: string[], introduced = false) {
    const node = await createNode({
      bootstrap: addresses,
      allowPrivateAddresses: true,
      dhtClient: true,
      listen: introduced ? ['/p2p-circuit', '/webrtc'] : [],
      // No STUN or TURN server: nobody outside is asked.
      transports: [webRTC({ rtcConfiguration: { iceServers: [] } })]
    })
    if (introduced) {
      await new Promise<void>((resolve) => {
        const look = () => node.getMultiaddrs().length > 0 && resolve()
        node.addEventListener('self:peer:update', look)
        look()
      })
    }
    swarm = createSwarm({
      core,
      transports: [libp2pTransport(node, { maxStreamWindow: 4 * 1024 * 1024 })],
      discovery: [libp2pDiscovery(node)],
      listen: [`/p2p/${node.peerId}`]
    })
    await swarm.open()
    return swarm.addresses
  },

  /** Shares `blocks` blocks of 64 KiB; resolves with the id. */
  async share(blocks: number): Promise<string> {
    const feed = core.add()
    for (let i = 0; i < blocks; i++) await feed.append(blockOf(i, BLOCK), { transfer: true })
    return toHex(await feed.finalize())
  },

  /** How many blocks the call that is under way has dealt with. */
  progress: 0,

  /** Fetches a feed, and reads nothing of it. */
  async take(id: string): Promise<void> {
    const feed = core.get(id)
    const download = feed.download()
    download.on('progress', (downloaded) => {
      peer.progress = downloaded
    })
    await download.done
    await feed.close()
  },

  /** Fetches a feed; resolves with how many of its blocks are as they should be. */
  async fetch(id: string): Promise<number> {
    const feed = core.get(id)
    await feed.download().done
    return await peer.sound(feed)
  },

  /** Fetches, and does not wait. */
  begin(id: string): void {
    core.get(id).download()
  },

  /** How many blocks of a feed are here. */
  async held(id: string): Promise<number> {
    const feed = core.get(id)
    await feed.open()
    return feed.held
  },

  /** Resolves once so many blocks of a feed are here. */
  async whenHeld(id: string, blocks: number): Promise<void> {
    const feed = core.get(id)
    await feed.open()
    await new Promise<void>((resolve) => {
      const look = () => feed.held >= blocks && resolve()
      feed.on('update', look)
      look()
    })
  },

  async sound(feed: Feed): Promise<number> {
    let sound = 0
    peer.progress = 0
    for await (const block of feed.read()) if (isBlock(peer.progress++, block)) sound++
    return sound
  },

  /** By what the peers are connected. */
  peers() {
    return (
      swarm?.peers.map(({ address, direction, transport, discoveries }) => ({
        address,
        direction,
        transport,
        discoveries
      })) ?? []
    )
  },

  /** Appends for ever, and tells `acknowledged` of each block that is stored. */
  async write(): Promise<void> {
    const feed = core.add()
    const { acknowledged } = globalThis as unknown as { acknowledged(key: string, blocks: number): void }
    for (let i = 0; ; i++) {
      await feed.append(blockOf(i, 10_000))
      acknowledged(toHex(feed.key), i + 1)
    }
  },

  /** Goes on with a feed that was being written; resolves with how many of its blocks there are, and how many sound. */
  async resume(key: string): Promise<{ blocks: number; sound: number }> {
    const feed = core.resume(key)
    await feed.open()
    return { blocks: feed.blocks, sound: await peer.sound(feed) }
  },

  /** Appends blocks of 64 KiB until the store says that it has no room, or there are `most`. */
  async fill(key: string | undefined, most: number) {
    const feed = key === undefined ? core.add() : core.resume(key)
    await feed.open()
    try {
      while (feed.blocks < most) await feed.append(blockOf(feed.blocks, BLOCK), { transfer: true })
    } catch (error) {
      const { code, cause } = error as AnyfeedError
      const typed = error instanceof StorageError
      const causes: string[] = []
      for (let each = cause as Error | undefined; each !== undefined; each = each.cause as Error) causes.push(each.name)
      return {
        key: toHex(feed.key),
        blocks: feed.blocks,
        sound: await peer.sound(feed),
        error: { typed, code, causes }
      }
    }
    return { key: toHex(feed.key), blocks: feed.blocks, sound: await peer.sound(feed) }
  },

  async close() {
    await swarm?.close()
    await core.close()
  }
}

export type PagePeer = typeof peer

Object.assign(globalThis, { peer })
