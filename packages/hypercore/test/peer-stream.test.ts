import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { Duplex, PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { collect, create, HELLO_WORLD, replicate, write } from './cores.ts'

const closed = (stream: Duplex) => new Promise<void>((resolve) => stream.on('close', resolve))

describe('a handshake', () => {
  it('tells who the remote is, and adds the stream to the peers of the core', async () => {
    const [core, remote] = [create(), create()]
    const order: string[] = []
    core.on('peer', (peer) => order.push(`peer ${peer.remoteId?.toString('hex')}`))
    const [stream] = replicate(core, remote)
    expect(stream.remoteId).toBeNull()
    expect(stream.id).toEqual(core.id)
    stream.on('handshake', () => order.push('handshake'))
    expect(core.peers).toEqual([])
    await once(stream, 'handshake')
    expect(stream.remoteId).toEqual(remote.id)
    expect(order).toEqual([`peer ${remote.id.toString('hex')}`, 'handshake'])
    expect(core.peers).toEqual([stream])
  })

  it('is forgotten when the stream is over', async () => {
    const [core, remote] = [create(), create()]
    const streams = replicate(core, remote)
    await Promise.all(streams.map((stream) => once(stream, 'handshake')))
    streams[0].destroy()
    await Promise.all(streams.map(closed))
    expect([core.peers, remote.peers]).toEqual([[], []])
  })
})

describe('an extension', () => {
  it('is sent and received as a Buffer, by name', async () => {
    const [core, remote] = [create(), create()]
    for (const name of ['ping', 'verify', 'hello']) core.use(name)
    for (const name of ['world', 'hello', 'ping']) remote.use(name)
    const [stream, other] = replicate(core, remote)
    expect([stream.remoteSupports('ping'), stream.send('ping', 'too early')]).toEqual([false, false])
    await Promise.all([once(stream, 'handshake'), once(other, 'handshake')])
    expect(['ping', 'hello', 'verify', 'world'].map((name) => stream.remoteSupports(name))).toEqual([
      true,
      true,
      false,
      false
    ])
    const messages: Array<[string, unknown]> = []
    for (const name of ['ping', 'hello']) other.on(name, (message) => messages.push([name, message]))
    expect(stream.send('ping', Buffer.from([0]))).toBe(true)
    expect(stream.send('hello', 'text')).toBe(true)
    expect(stream.send('verify', 'nobody')).toBe(false)
    stream.send('ping', new Uint8Array([1, 2]))
    stream.end()
    await closed(other)
    expect(messages).toEqual([
      ['ping', Buffer.from([0])],
      ['hello', Buffer.from('text')],
      ['ping', Buffer.from([1, 2])]
    ])
    expect(messages.every(([, message]) => Buffer.isBuffer(message))).toBe(true)
  })

  it('cannot be added once a stream was made', () => {
    const core = create()
    core.createPeerStream()
    expect(() => core.use('ping')).toThrow()
  })

  it.each([[''], [5], ['x'.repeat(300)], ['error'], ['data'], ['handshake']])('cannot be named %j', (name) => {
    expect(() => create().use(name as never)).toThrow(TypeError)
  })

  it('takes no message that is neither bytes nor a string', async () => {
    const core = create()
    core.use('ping')
    expect(() => core.createPeerStream().send('ping', 5 as never)).toThrow(TypeError)
  })
})

describe('a peer that breaks the protocol', () => {
  /** A frame that is no handshake. */
  const garbage = Buffer.from([4, 0x0a, 0x02, 0x68, 0x69])

  it('ends the stream with an error for whoever listens', async () => {
    const stream = create().createPeerStream()
    stream.resume()
    const error = once(stream, 'error')
    stream.write(garbage)
    expect((await error)[0]).toMatchObject({ code: 'ERR_PROTOCOL' })
    expect(stream.destroyed).toBe(true)
  })

  it('ends the stream, and not the program, where nobody listens; the socket goes too, others stay', async () => {
    const core = create()
    const remote = create()
    const server = createServer((socket) => {
      socket.pipe(core.createPeerStream()).pipe(socket)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const good = connect(port, '127.0.0.1')
    good.pipe(remote.createPeerStream()).pipe(good)
    await once(core, 'peer')
    const bad = connect(port, '127.0.0.1')
    bad.resume()
    bad.write(garbage)
    await once(bad, 'close')
    expect(core.peers).toHaveLength(1)
    const feed = remote.get(await write(core, ['hello']))
    expect(await feed.get(0)).toEqual(Buffer.from('hello'))
    good.destroy()
    await once(remote.peers[0]!, 'close')
    server.close()
  })

  it('or whose socket fails ends the stream, and not the program', async () => {
    const core = create()
    const socket = new PassThrough()
    const stream = core.createPeerStream()
    socket.pipe(stream).pipe(new PassThrough())
    socket.destroy(new Error('ECONNRESET'))
    await closed(stream)
  })

  it('or cannot be reached ends the stream, and not the program', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    await new Promise((resolve) => server.close(resolve))
    const socket = connect(port, '127.0.0.1')
    const stream = create().createPeerStream()
    socket.pipe(stream).pipe(socket)
    await closed(stream)
  })
})

describe('ending', () => {
  it('in the middle of a frame is an error', async () => {
    const stream = create().createPeerStream()
    stream.resume()
    const error = once(stream, 'error')
    stream.end(Buffer.from([100, 1, 2]))
    expect((await error)[0]).toMatchObject({ code: 'ERR_PROTOCOL' })
  })

  it('on one side ends the other, and closes both', async () => {
    const [core, remote] = [create(), create()]
    const streams = replicate(core, remote)
    await once(streams[0], 'handshake')
    streams[0].end()
    await Promise.all(streams.map(closed))
  })

  it('comes with the closing of the core, over sockets too', async () => {
    const [core, remote] = [create(), create()]
    const sockets: Socket[] = []
    const server = createServer((socket) => {
      sockets.push(socket)
      socket.pipe(core.createPeerStream()).pipe(socket)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
    sockets.push(socket)
    socket.pipe(remote.createPeerStream()).pipe(socket)
    await once(remote, 'peer')
    const over = sockets.map((one) => once(one, 'close'))
    await core.close()
    await Promise.all(over)
    expect(remote.peers).toEqual([])
    await new Promise((resolve) => server.close(resolve))
  })
})

describe('back-pressure', () => {
  it('stops what is sent to a peer that does not read', async () => {
    const [core, remote] = [create(), create()]
    const block = Buffer.alloc(256 * 1024, 1)
    const id = await write(
      core,
      Array.from({ length: 100 }, (_, i) => Buffer.concat([block, Buffer.from([i])]))
    )
    const served = core.get(id)
    let read = 0
    served.on('get', () => read++)
    const sender = core.createPeerStream()
    const receiver = remote.createPeerStream()
    const feed = remote.get(id)
    receiver.pipe(sender)
    const gate = new Gate(8)
    sender.pipe(gate).pipe(receiver)
    await once(gate, 'stalled')
    // Nothing more is read once what is on its way has filled up.
    await settled(() => read)
    expect(read).toBeLessThan(60)
    gate.open()
    await feed.get(99)
    await collect(remote.createReadStream(id))
    expect(read).toBe(100)
  })
})

describe('any stream will do', () => {
  it('such as one that gives a byte at a time', async () => {
    const [core, remote] = [create(), create()]
    const feed = remote.get(HELLO_WORLD)
    await write(core, ['hello', 'world'])
    const [a, b] = [core.createPeerStream(), remote.createPeerStream()]
    a.pipe(byteByByte()).pipe(b).pipe(byteByByte()).pipe(a)
    expect(await feed.get(1)).toEqual(Buffer.from('world'))
  })
})

/** Passes chunks until a number of them has come, then no more until it is opened. */
class Gate extends Duplex {
  #left: number
  #waiting: (() => void) | undefined
  constructor(chunks: number) {
    super()
    this.#left = chunks
  }
  open(): void {
    this.#left = Infinity
    this.#waiting?.()
  }
  override _read(): void {}
  override _write(chunk: Buffer, _encoding: string, callback: () => void): void {
    this.push(chunk)
    if (--this.#left > 0) return callback()
    this.#waiting = callback
    this.emit('stalled')
  }
  override _final(callback: () => void): void {
    this.push(null)
    callback()
  }
}

/** Resolves when a number has stayed the same while the event loop went round many times. */
async function settled(value: () => number): Promise<void> {
  for (let last = -1, rounds = 0; rounds < 50; rounds++) {
    if (value() !== last) rounds = 0
    last = value()
    await new Promise((resolve) => setImmediate(resolve))
  }
}

function byteByByte(): Duplex {
  return Duplex.from(async function* (source: AsyncIterable<Buffer>) {
    for await (const chunk of source) for (const byte of chunk) yield Buffer.from([byte])
  })
}
