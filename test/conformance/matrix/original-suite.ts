import { randomBytes } from 'node:crypto'
import { type Runner, type StackSuiteOptions, until } from '@anyfeed/conformance'
import { createCore, type Feed, topicOf } from '@anyfeed/core'
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
    check('extension-of-one', 'an extension that one of them has is not used', async (world) => {
      const [ours, theirs] = [await world.ours(['ours', 'both']), await world.theirs(['both', 'theirs'])]
      const peer = await ours.swarm.dial(theirs.address)
      await until(() => theirs.streams[0]?.remoteSupports('both') === true)
      const supported = ['ours', 'both', 'theirs'].map((name) => peer.stream.supports(name))
      if (supported.join() !== 'false,true,false') throw new Error(`we take ${supported} for what both support`)
      if (theirs.streams[0]?.remoteSupports('ours') !== false) throw new Error('it takes ours for what both support')
      if (peer.stream.send('ours', 'nothing')) throw new Error('a message was sent that nobody understands')
    })
    check('extension-payloads', 'messages of any size come in their order, both ways', async (world) => {
      const [ours, theirs] = [await world.ours(['bulk']), await world.theirs(['bulk'])]
      const peer = await ours.swarm.dial(theirs.address)
      await until(() => theirs.streams[0]?.remoteSupports('bulk') === true)
      const [stream] = theirs.streams
      const payloads = [0, 1, 127, 128, 16_384, 300_000, 5].map((length) => new Uint8Array(randomBytes(length)))
      const [there, here]: [Uint8Array[], Uint8Array[]] = [[], []]
      stream?.on('bulk', (payload: Buffer) => there.push(new Uint8Array(payload)))
      peer.stream.on('message', (_, payload) => here.push(new Uint8Array(payload)))
      for (const payload of payloads) {
        peer.stream.send('bulk', payload)
        stream?.send('bulk', Buffer.from(payload))
      }
      await until(() => there.length === payloads.length && here.length === payloads.length)
      for (const [i, payload] of payloads.entries()) {
        same(there[i] ?? null, payload)
        same(here[i] ?? null, payload)
      }
    })
    check('several-feeds', 'several feeds go both ways over one connection, all at once', async (world) => {
      const [ours, theirs] = [await world.ours(), await world.theirs()]
      await theirs.dial(ours.address)
      const [mine, other] = [
        [freshBlocks(20), freshBlocks(1), freshBlocks(35)],
        [freshBlocks(25), freshBlocks(2), freshBlocks(15)]
      ]
      const ourIds = await Promise.all(mine.map((blocks) => ours.write(blocks)))
      const theirIds = await Promise.all(other.map((blocks) => theirs.write(blocks)))
      await Promise.all([
        ...theirIds.map((id, i) => ours.expectBlocks(id, other[i] ?? [])),
        ...ourIds.map((id, i) => theirs.expectBlocks(id, mine[i] ?? []))
      ])
      if (ours.swarm.connections !== 1) throw new Error(`there are ${ours.swarm.connections} connections`)
    })
    check('sizes', 'blocks of any size go both ways, empty ones too', async (world) => {
      const [ours, theirs] = [await world.ours(), await world.theirs()]
      await ours.swarm.dial(theirs.address)
      const sized = () => [0, 1, 31, 65_536, 0, 1_048_576, 100].map((length) => new Uint8Array(randomBytes(length)))
      const [mine, other] = [sized(), sized()]
      const [ourId, theirId] = [await ours.write(mine), await theirs.write(other)]
      await Promise.all([ours.expectBlocks(theirId, other), theirs.expectBlocks(ourId, mine)])
    })
    check('it-reconnects', 'what it fetches from us goes on after a cut, when it dials again', async (world) => {
      const [ours, theirs] = [await world.ours(), await world.theirs()]
      const blocks = freshBlocks(60)
      const id = await ours.write(blocks)
      await theirs.dial(ours.address)
      for (let index = 0; index < 10; index++) same(await theirs.read(id, index), blocks[index])
      const waiting = theirs.expectBlocks(id, blocks)
      theirs.cut()
      await until(() => theirs.streams.length === 0 && ours.swarm.connections === 0)
      await theirs.dial(ours.address)
      await waiting
    })
    check(
      'we-reconnect',
      'what we fetch from it goes on after a cut, and we dial again by ourselves',
      async (world) => {
        const [ours, theirs] = [await world.ours(), await world.theirs()]
        const blocks = freshBlocks(200)
        const id = await theirs.write(blocks)
        await ours.swarm.dial(theirs.address, { keep: true })
        const feed = ours.core.get(id)
        let cuts = 0
        feed.once('download', () => {
          cuts++
          theirs.cut()
        })
        await ours.expectBlocks(id, blocks)
        if (cuts === 0) throw new Error('nothing was cut')
        await until(() => ours.swarm.peers.length === 1 && theirs.streams.length === 1)
      }
    )
    check(
      'it-has-a-part',
      'of a feed that it has in part we get that part, and the rest from another',
      async (world) => {
        const [ours, theirs, last] = [await world.ours(), await world.theirs(), await world.ours()]
        const blocks = freshBlocks(40)
        const id = await ours.write(blocks)
        await theirs.dial(ours.address)
        for (let index = 0; index < 12; index++) same(await theirs.read(id, index), blocks[index])
        theirs.cut()
        await until(() => theirs.streams.length === 0)
        await last.swarm.dial(theirs.address)
        const feed = last.core.get(id)
        for (let index = 0; index < 12; index++) same(await feed.get(index), blocks[index])
        const rest = last.expectBlocks(id, blocks)
        await last.swarm.dial(ours.address)
        await rest
      }
    )
    check(
      'we-have-a-part',
      'of a feed that we have in part it gets that part, and the rest as it comes',
      async (world) => {
        const [ours, theirs, first] = [await world.ours(), await world.theirs(), await world.ours()]
        const blocks = freshBlocks(40)
        const id = await first.write(blocks)
        await ours.swarm.dial(first.address)
        const feed = ours.core.get(id)
        await feed.download({ start: 0, end: 15 }).done
        feed.pause('fetch')
        await theirs.dial(ours.address)
        for (let index = 0; index < 15; index++) same(await theirs.read(id, index), blocks[index])
        const rest = theirs.expectBlocks(id, blocks)
        feed.resume('fetch')
        await feed.download().done
        await rest
      }
    )
    check('we-leave', 'a feed that we close and open again is traded again over the same connection', async (world) => {
      const [ours, theirs] = [await world.ours(), await world.theirs()]
      const blocks = freshBlocks(6)
      const id = await ours.write(blocks)
      await theirs.dial(ours.address)
      same(await theirs.read(id, 0), blocks[0])
      for (const handle of ours.handles.splice(0)) await handle.close()
      const waiting = theirs.read(id, 4)
      ours.core.get(id)
      same(await waiting, blocks[4])
      if (ours.swarm.connections !== 1) throw new Error(`there are ${ours.swarm.connections} connections`)
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
    const handles: Feed[] = []
    return {
      core,
      swarm,
      handles,
      address: swarm.addresses[0] as string,
      async write(blocks: readonly Uint8Array[]): Promise<Uint8Array> {
        const feed = core.add()
        handles.push(feed)
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
