import { once } from 'node:events'
import { type Hypercore, hypercore } from '@anyfeed/hypercore'
import { MemoryLevel } from 'memory-level'
import { afterEach, describe, expect, it } from 'vitest'

const ID = 'e1a31bb8716f0a0487377e22dbc7f0491fb47a712ac21519792a4e32cf56fb6f'
const open: Hypercore[] = []

afterEach(async () => {
  await Promise.all(open.splice(0).map((core) => core.close()))
})

function create(): Hypercore {
  const core = hypercore(new MemoryLevel())
  open.push(core)
  return core
}

function replicate(a: Hypercore, b: Hypercore) {
  const stream = a.createPeerStream()
  const other = b.createPeerStream()
  stream.pipe(other).pipe(stream)
  return [stream, other] as const
}

async function helloWorld(core: Hypercore): Promise<Buffer> {
  const feed = core.add()
  feed.append(['hello', 'world'])
  await feed.finalize()
  return feed.id as Buffer
}

async function read(stream: AsyncIterable<unknown>): Promise<string[]> {
  const values: string[] = []
  for await (const value of stream) values.push(String(value))
  return values
}

/** The names are the sentences of the README of hypercore 1.x. */
describe('Usage', () => {
  it('First lets add a stream of data to hypercore; to access it create a read stream with the same id', async () => {
    const core = create()
    const ws = core.createWriteStream()
    ws.write('hello')
    ws.write('world')
    await new Promise<void>((resolve) => ws.end(() => resolve()))
    expect(ws.id!.toString('hex')).toBe(ID)
    expect(await read(core.createReadStream(ID))).toEqual(['hello', 'world'])
  })

  it('If we were only interested in the second block of data we can access the low-level feed', async () => {
    const core = create()
    await helloWorld(core)
    const feed = core.get(ID)
    const block = await new Promise((resolve) => feed.get(1, (_, block) => resolve(block)))
    expect(String(block)).toBe('world')
  })

  it('To start replicating this feed to other peers we need pipe a peer stream to them', async () => {
    const [core, anotherCore] = [create(), create()]
    await helloWorld(core)
    const stream = core.createPeerStream()
    stream.pipe(anotherCore.createPeerStream()).pipe(stream)
    expect(await read(anotherCore.createReadStream(ID))).toEqual(['hello', 'world'])
  })
})

describe('API', () => {
  it('Create a new hypercore instance; db should be a levelup instance', () => {
    expect(create()).toBeInstanceOf(hypercore)
    expect(() => hypercore({} as never)).toThrow(TypeError)
  })

  it('Create a new writable stream that adds a new feed and appends blocks to it', async () => {
    const core = create()
    const ws = core.createWriteStream()
    ws.write('a')
    ws.end('b')
    await once(ws, 'finish')
    expect(await read(core.list())).toEqual([ws.id!.toString('hex')])
  })

  it('After the stream has been ended (finish has been emitted) you can access stream.id and stream.blocks', async () => {
    const ws = create().createWriteStream()
    const seen = new Promise((resolve) => ws.on('finish', () => resolve([ws.id!.toString('hex'), ws.blocks])))
    ws.write('hello')
    ws.end('world')
    expect(await seen).toEqual([ID, 2])
  })

  it('Create a readable stream that reads from a the feed specified by id; start: 0, limit: Infinity', async () => {
    const core = create()
    const id = await helloWorld(core)
    expect(await read(core.createReadStream(id))).toEqual(['hello', 'world'])
    expect(await read(core.createReadStream(id, { start: 0, limit: Infinity }))).toEqual(['hello', 'world'])
    expect(await read(core.createReadStream(id, { start: 1 }))).toEqual(['world'])
    expect(await read(core.createReadStream(id, { limit: 1 }))).toEqual(['hello'])
  })

  it('Returns a readable stream that will emit the id of all feeds stored in the core', async () => {
    const core = create()
    await helloWorld(core)
    const other = core.add()
    other.append('other')
    await other.finalize()
    expect((await read(core.list())).sort()).toEqual([ID, other.id!.toString('hex')].sort())
  })

  it('When a feed is being used hypercore will emit interested with the corresponding feed id', async () => {
    const core = create()
    const interested = once(core, 'interested')
    core.get(ID)
    expect(await interested).toEqual([Buffer.from(ID, 'hex')])
  })

  it('uninterested is emitted when a feed is no longer being used', async () => {
    const core = create()
    const feed = core.get(ID)
    const uninterested = once(core, 'uninterested')
    feed.close()
    expect(await uninterested).toEqual([Buffer.from(ID, 'hex')])
  })

  it('When the stream receives a handshake from the remote peer a handshake event is emitted', async () => {
    const streams = replicate(create(), create())
    await Promise.all(streams.map((stream) => once(stream, 'handshake')))
  })
})

describe('Feeds', () => {
  it('Create a new feed; call feed.append to add blocks and feed.finalize when you are ready to share it', async () => {
    const [core, remote] = [create(), create()]
    const feed = core.add()
    feed.append('hello')
    feed.append('world')
    replicate(core, remote)
    feed.finalize()
    expect(String(await remote.get(ID).get(0))).toBe('hello')
  })

  it('By getting a feed you will start replicating this from other peers you are connected to', async () => {
    const [core, remote] = [create(), create()]
    await helloWorld(core)
    replicate(core, remote)
    const feed = remote.get(ID)
    const put: number[] = []
    await new Promise<void>((resolve) => feed.on('put', (block) => put.push(block) === 2 && resolve()))
    expect(put.sort()).toEqual([0, 1])
  })

  it('If you .get a block index that has not been downloaded yet this waits for that block to be downloaded', async () => {
    const [core, remote] = [create(), create()]
    await helloWorld(core)
    const block = remote.get(ID).get(1)
    replicate(core, remote)
    expect(String(await block)).toBe('world')
  })

  it('You can only append to a feed that has not been finalized', async () => {
    const core = create()
    await helloWorld(core)
    expect(() => core.get(ID).append('more')).toThrow()
  })

  it('Optionally you can pass in an array of blocks to add multiple blocks at the same time', async () => {
    const feed = create().add()
    await new Promise<void>((resolve) => feed.append(['hello', 'world'], () => resolve()))
    expect(feed.blocks).toBe(2)
  })

  it('Finalize a feed; will set feed.id when done', async () => {
    const feed = create().add()
    feed.append(['hello', 'world'])
    expect(feed.id).toBeNull()
    await new Promise<void>((resolve) => feed.finalize(() => resolve()))
    expect(feed.id!.toString('hex')).toBe(ID)
  })

  it('After the callback of ready has been called feed.blocks is guaranteed to be populated', async () => {
    const [core, remote] = [create(), create()]
    await helloWorld(core)
    const feed = remote.get(ID)
    expect(feed.blocks).toBe(0)
    const ready = new Promise<number>((resolve) => feed.ready(() => resolve(feed.blocks)))
    replicate(core, remote)
    expect(await ready).toBe(2)
  })

  it('You do not have to call feed.ready before trying to .get a block', async () => {
    const core = create()
    await helloWorld(core)
    expect(String(await core.get(ID).get(0))).toBe('hello')
  })

  it('The number of blocks is only known after at least one block has been fetched', async () => {
    const [core, remote] = [create(), create()]
    await helloWorld(core)
    const feed = remote.get(ID)
    await feed.open()
    expect(feed.blocks).toBe(0)
    replicate(core, remote)
    await feed.get(0)
    expect(feed.blocks).toBe(2)
  })

  it('has tells wheather or not a block has been downloaded; you have to wait for the feed to open', async () => {
    const [core, remote] = [create(), create()]
    await helloWorld(core)
    const feed = remote.get(ID)
    expect(() => feed.has(0)).toThrow()
    await feed.open()
    expect(feed.has(0)).toBe(false)
    replicate(core, remote)
    await feed.get(0)
    expect(feed.has(0)).toBe(true)
  })
})

describe('Extension API', () => {
  it('Use an extension to the protocol; check if the remote stream supports it after handshake', async () => {
    const [core, remote] = [create(), create()]
    core.use('ping')
    remote.use('ping')
    remote.use('other')
    const [stream] = replicate(core, remote)
    await once(stream, 'handshake')
    expect([stream.remoteSupports('ping'), stream.remoteSupports('other')]).toEqual([true, false])
  })

  it('Send an extension message; the handler is called with (messageAsBuffer)', async () => {
    const [core, remote] = [create(), create()]
    core.use('ping')
    remote.use('ping')
    const [stream, other] = replicate(core, remote)
    const pong = new Promise<Buffer>((resolve) => stream.on('ping', resolve))
    other.on('ping', (message: Buffer) => other.send('ping', Buffer.from([message[0]! + 1])))
    stream.on('handshake', () => stream.send('ping', Buffer.from([0])))
    expect(await pong).toEqual(Buffer.from([1]))
  })
})
