import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Connection } from '@anyfeed/interfaces'
import { tcpTransport } from '@anyfeed/transport-tcp'
import { expect, it } from 'vitest'
import { closing, listenOn, readAll } from './open.ts'

/** A connection whose remote is a bare socket. */
async function withRawPeer(test: (connection: Connection, peer: Socket) => Promise<void>): Promise<void> {
  const transport = tcpTransport()
  await closing([transport], async () => {
    const { port, accepted } = await listenOn(transport)
    const peer = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    peer.on('error', () => {})
    await once(peer, 'connect')
    try {
      await test(await accepted(), peer)
    } finally {
      peer.destroy()
    }
  })
}

async function* silence(): AsyncGenerator<Uint8Array> {
  await new Promise(() => {})
}

it('a peer that resets is a break, in both directions', () =>
  withRawPeer(async (connection, peer) => {
    const sunk = connection.sink(silence()).catch((error: unknown) => error)
    peer.resetAndDestroy()
    expect(await readAll(connection.source)).toMatchObject({ error: { code: 'ERR_CONNECTION_RESET' } })
    expect(await sunk).toMatchObject({ code: 'ERR_CONNECTION_RESET', cause: { code: 'ECONNRESET' } })
    await connection.closed
  }))

it('a peer that half-closes is an end, and can still be sent to', () =>
  withRawPeer(async (connection, peer) => {
    peer.end('hello')
    expect(await readAll(connection.source)).toEqual({ bytes: 5 })
    let received = 0
    peer.on('data', (chunk) => {
      received += chunk.length
    })
    const ended = once(peer, 'end')
    await connection.sink([new Uint8Array(300_000)])
    await ended
    expect(received).toBe(300_000)
    await connection.closed
  }))

it('a peer that goes away while it is sent to is a break', () =>
  withRawPeer(async (connection, peer) => {
    peer.destroy()
    async function* endless() {
      for (;;) yield new Uint8Array(65536)
    }
    await expect(connection.sink(endless())).rejects.toMatchObject({ code: 'ERR_CONNECTION_RESET' })
    await connection.closed
  }))

it('an abort is a reset for the peer', () =>
  withRawPeer(async (connection, peer) => {
    const failed = once(peer, 'error').catch((error: unknown) => [error])
    peer.resume()
    connection.abort(new Error('enough'))
    const [error] = (await failed) as [NodeJS.ErrnoException]
    expect(error.code).toBe('ECONNRESET')
  }))

const KILLED = `
  const socket = require('node:net').connect(Number(process.argv[1]), '127.0.0.1')
  socket.write('ready')
  if (process.argv[2] === 'reading') socket.resume()
  else socket.pause()
  process.stdin.resume()
`

it.each(['reading', 'not reading'])('a peer process that is killed while %s is an end or a break', async (mode) => {
  const transport = tcpTransport()
  await closing([transport], async () => {
    const { port, accepted } = await listenOn(transport)
    const child = spawn(process.execPath, ['-e', KILLED, String(port), mode], { stdio: ['pipe', 'ignore', 'inherit'] })
    const connection = await accepted()
    const iterator = connection.source[Symbol.asyncIterator]()
    await iterator.next()
    const sunk = connection
      .sink(
        (async function* () {
          for (;;) yield new Uint8Array(65536)
        })()
      )
      .catch((error: unknown) => error)
    child.kill('SIGKILL')
    // TCP: the kernel sends a FIN if nothing was waiting to be read there, and a RST if something was.
    const outcome = await iterator.next().catch((error: unknown) => error)
    if (!(outcome instanceof Error)) expect(outcome).toEqual({ done: true, value: undefined })
    // Whichever it was, what is sent to nobody comes back as a reset.
    expect(await sunk).toMatchObject({ code: 'ERR_CONNECTION_RESET' })
    await connection.closed
  })
})
