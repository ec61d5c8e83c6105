import { once } from 'node:events'
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'
import { type Connection, ConnectionError } from '@anyfeed/interfaces'
import { describe, expect, it } from 'vitest'
import { messagePortTransport } from '../src/index.ts'
import { collect } from './bytes.ts'

/** The next message on a port. */
async function next(port: MessagePort): Promise<unknown> {
  const [message] = await once(port, 'message')
  return message
}

/** What a promise rejects with. */
const failure = (promise: Promise<unknown>) => promise.then(() => undefined).catch((error: unknown) => error)

/** A connection whose other end is a bare port, for whatever may be said there. */
async function accepted(maxBuffered?: number): Promise<{ connection: Connection; port: MessagePort; close(): void }> {
  const transport = messagePortTransport(maxBuffered === undefined ? {} : { maxBuffered })
  const { port1, port2 } = new MessageChannel()
  const { port1: port, port2: theirs } = new MessageChannel()
  let arrived: (connection: Connection) => void = () => {}
  const connected = new Promise<Connection>((resolve) => {
    arrived = resolve
  })
  await transport.listen('/messageport/a', { onConnection: (connection) => arrived(connection) })
  transport.attach(port1)
  const answer = next(port)
  port2.postMessage({ anyfeed: 'dial', name: 'a', from: 'b', port: theirs }, [theirs])
  expect(await answer).toEqual({ open: maxBuffered ?? 1024 * 1024 })
  port.postMessage({ opened: 1000 })
  const close = () => {
    port.close()
    port2.close()
    transport.close()
  }
  return { connection: await connected, port, close }
}

describe('what is attached may say anything', () => {
  it.each([
    [null],
    ['text'],
    [42],
    [{}],
    [{ anyfeed: 'dial', name: 'a', from: 'b' }],
    [{ anyfeed: 'dial', name: 'a', from: 'x/y', port: {} }],
    [{ anyfeed: 'seek', name: 'a/b', asked: 1, introduced: false }],
    [{ anyfeed: 'seek', name: 'a', asked: -1, introduced: false }],
    [{ anyfeed: 'found', asked: 9, here: true }]
  ])('%j is passed over', async (message) => {
    const transport = messagePortTransport()
    const { port1, port2 } = new MessageChannel()
    await transport.listen('/messageport/a', { onConnection() {} })
    transport.attach(port1)
    port2.postMessage(message)
    const answer = next(port2)
    port2.postMessage({ anyfeed: 'seek', name: 'a', asked: 7, introduced: false })
    expect(await answer).toEqual({ anyfeed: 'found', asked: 7, here: true })
    await transport.close()
    port2.close()
  })
})

describe('a connection whose other end breaks the rules', () => {
  it.each([['text'], [null], [{}], [{ read: -5 }], [{ read: 1.5 }], [{ bye: true }], [new ArrayBuffer(8)]])(
    '%j ends it',
    async (message) => {
      const { connection, port, close } = await accepted()
      const read = failure(collect(connection.source))
      port.postMessage(message)
      expect(await read).toMatchObject({ code: 'ERR_CONNECTION_ABORTED' })
      await connection.closed
      close()
    }
  )

  it('who sends more than the window is cut off', async () => {
    const { connection, port, close } = await accepted(100_000)
    const chunk = new Uint8Array(60_000)
    port.postMessage(chunk)
    port.postMessage(chunk)
    port.postMessage(chunk)
    await connection.closed
    expect(await failure(collect(connection.source))).toMatchObject({ code: 'ERR_CONNECTION_ABORTED' })
    close()
  })

  it('who sends behind the end is cut off', async () => {
    const { connection, port, close } = await accepted()
    port.postMessage({ end: true })
    port.postMessage(Uint8Array.of(1))
    await connection.closed
    expect(await failure(connection.sink([]))).toMatchObject({ code: 'ERR_CONNECTION_ABORTED' })
    close()
  })
})

describe('a thread', () => {
  it('that ends in the middle breaks its connections', async () => {
    const worker = new Worker(
      `const { workerData, parentPort } = require('node:worker_threads')
      import(workerData).then(async ({ messagePortTransport }) => {
        const transport = messagePortTransport()
        await transport.listen('/messageport/thread', {
          onConnection: (c) => c.sink((function* () { for (;;) yield new Uint8Array(65536) })())
        })
        transport.attach(parentPort)
        parentPort.postMessage('listening')
      })`,
      { eval: true, workerData: new URL('../dist/index.js', import.meta.url).href }
    )
    await once(worker, 'message')
    const transport = messagePortTransport()
    transport.attach({
      postMessage: (message, transfer) => worker.postMessage(message, transfer),
      addEventListener: (type, listener) =>
        worker.on(type === 'close' ? 'exit' : type, (data) => listener(Object.assign(new Event(type), { data }))),
      removeEventListener() {}
    })
    const connection = await transport.dial('/messageport/thread')
    let bytes = 0
    const read = failure(
      (async () => {
        for await (const chunk of connection.source) {
          bytes += chunk.length
          if (bytes === 65536 * 8) void worker.terminate()
        }
      })()
    )
    expect(await read).toBeInstanceOf(ConnectionError)
    expect(await read).toMatchObject({ code: 'ERR_CONNECTION_RESET' })
    await connection.closed
    await transport.close()
  })
})
