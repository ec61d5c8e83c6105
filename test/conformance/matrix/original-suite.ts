import { randomBytes } from 'node:crypto'
import type { Runner, StackSuiteOptions } from '@anyfeed/conformance'
import { createCore, topicOf } from '@anyfeed/core'
import type { Discovery, Transport } from '@anyfeed/interfaces'
import { createSwarm } from '@anyfeed/swarm'
import { OriginalPeer } from './original-peer.ts'

const TIMEOUT = 30_000

/** hypercore 1.8.0 as one of the peers: what both kinds can do, over the transport and the discovery of a stack. */
export function originalSuite({ describe, it }: Runner, options: StackSuiteOptions): void {
  const check = (name: string, title: string, body: (world: World) => Promise<void>) =>
    it(`original.${name}: ${title}`, async () => {
      const world = new World(options)
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error(`it was not over after ${TIMEOUT} ms`)), TIMEOUT)
      })
      try {
        await Promise.race([body(world), late])
      } finally {
        clearTimeout(timer)
        await world.leave()
      }
    })

  describe(`original: ${options.name}`, () => {
    check('same-id', 'equal blocks get the same id', async (world) => {
      const [ours, theirs] = [await world.ours(), await world.theirs()]
      for (const count of [1, 2, 3, 7, 8, 33]) {
        const blocks = freshBlocks(count)
        same(await ours.write(blocks), await theirs.write(blocks))
      }
    })
    check('fetches-from-us', 'it fetches a feed from us', async (world) => {
      const [ours, theirs] = [await world.ours(), await world.theirs()]
      const blocks = freshBlocks(60)
      const id = await ours.write(blocks)
      await theirs.dial(ours.address)
      for (const [index, block] of blocks.entries()) same(await theirs.read(id, index), block)
    })
    check('we-fetch', 'we fetch a feed from it, and dial it ourselves', async (world) => {
      const [ours, theirs] = [await world.ours(), await world.theirs()]
      const blocks = freshBlocks(60)
      const id = await theirs.write(blocks)
      await ours.swarm.dial(theirs.address)
      await ours.expectBlocks(id, blocks)
      if (ours.swarm.peers[0]?.version !== 0) throw new Error('it is not spoken to as version 0')
    })
    check('both-ways', 'both fetch from each other over one connection', async (world) => {
      const [ours, theirs] = [await world.ours(), await world.theirs()]
      await theirs.dial(ours.address)
      const [mine, other] = [freshBlocks(30), freshBlocks(40)]
      const [ourId, theirId] = [await ours.write(mine), await theirs.write(other)]
      await Promise.all([
        ours.expectBlocks(theirId, other),
        ...mine.map(async (block, index) => same(await theirs.read(ourId, index), block))
      ])
    })
    check('in-the-middle', 'what it has from us it passes on to another one of ours', async (world) => {
      const [ours, theirs, last] = [await world.ours(), await world.theirs(), await world.ours()]
      const blocks = freshBlocks(40)
      const id = await ours.write(blocks)
      await theirs.dial(ours.address)
      for (const [index, block] of blocks.entries()) same(await theirs.read(id, index), block)
      await ours.swarm.close()
      await last.swarm.dial(theirs.address)
      await last.expectBlocks(id, blocks)
    })
    check('extension', 'messages of an extension that both have go both ways', async (world) => {
      const [ours, theirs] = [await world.ours(['b', 'ping', 'z']), await world.theirs(['a', 'ping', 'other'])]
      const peer = await ours.swarm.dial(theirs.address)
      const [stream] = theirs.streams
      if (stream === undefined) throw new Error('it has no stream')
      const heard = new Promise<Buffer>((resolve) => stream.once('ping', resolve))
      const answered = new Promise<Uint8Array>((resolve) =>
        peer.stream.on('message', (_, payload) => resolve(new Uint8Array(payload)))
      )
      if (!peer.stream.send('ping', 'from us')) throw new Error('the extension is not supported by both')
      same(new Uint8Array(await heard), new TextEncoder().encode('from us'))
      stream.send('ping', 'from it')
      same(await answered, new TextEncoder().encode('from it'))
    })
    check('we-find-it', 'we find it by the discovery', async (world) => {
      const [ours, theirs] = [await world.ours(), await world.theirs()]
      const blocks = freshBlocks(10)
      const id = await theirs.write(blocks)
      theirs.announce(topicOf(ours.core.platform.sha256, id))
      await ours.expectBlocks(id, blocks)
    })
    check('it-finds-us', 'it finds us by the discovery', async (world) => {
      const [ours, theirs] = [await world.ours(), await world.theirs()]
      const blocks = freshBlocks(10)
      const id = await ours.write(blocks)
      await theirs.find(topicOf(ours.core.platform.sha256, id))
      for (const [index, block] of blocks.entries()) same(await theirs.read(id, index), block)
    })
  })
}

class World {
  readonly #options: StackSuiteOptions
  readonly #closing: Array<() => Promise<unknown>> = []

  constructor(options: StackSuiteOptions) {
    this.#options = options
  }

  async ours(extensions: readonly string[] = []) {
    const { storage, transports, discovery, listen } = await this.#options.create({ discovery: true, forgetful: false })
    const core = createCore({ storage, extensions })
    const retries = { lookupInterval: 200, firstBackOff: 50, longestBackOff: 200 }
    const swarm = createSwarm({ core, transports, discovery, listen, ...retries })
    this.#closing.push(
      () => core.close(),
      () => swarm.close()
    )
    await swarm.open()
    return {
      core,
      swarm,
      address: swarm.addresses[0] as string,
      async write(blocks: readonly Uint8Array[]): Promise<Uint8Array> {
        const feed = core.add()
        await feed.append(blocks)
        return (await feed.finalize()) as Uint8Array
      },
      async expectBlocks(id: Uint8Array, blocks: readonly Uint8Array[]): Promise<void> {
        let index = 0
        for await (const block of core.get(id).read()) same(block, blocks[index++])
        if (index !== blocks.length) throw new Error(`${index} blocks came instead of ${blocks.length}`)
      }
    }
  }

  async theirs(extensions: readonly string[] = []): Promise<OriginalPeer> {
    const { storage, transports, discovery, listen } = await this.#options.create({ discovery: true, forgetful: false })
    await storage.close()
    const parts = {
      transport: transports[0] as Transport,
      discovery: discovery[0] as Discovery,
      listen: listen[0] ?? ''
    }
    const peer = await OriginalPeer.start(parts, extensions)
    this.#closing.push(() => peer.close())
    return peer
  }

  async leave(): Promise<void> {
    for (const close of this.#closing.reverse()) await close()
    await this.#options.teardown?.()
  }
}

function freshBlocks(count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, i) => new Uint8Array(randomBytes(i === 0 ? 40 : (i * 37) % 600)))
}

function same(actual: Uint8Array | null, expected: Uint8Array | undefined): void {
  if (actual === null || expected === undefined || Buffer.compare(actual, expected) !== 0) {
    throw new Error(`${actual?.length} bytes came that are not the ${expected?.length} expected`)
  }
}
