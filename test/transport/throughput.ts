// Throughput of a connection against bare node:net, sender and receiver each in a process of its own:
//   node test/transport/throughput.ts [rounds]
// Modes take turns within a round, so that a machine that speeds up or slows down does so for all of them.
import { fork } from 'node:child_process'
import { type AddressInfo, connect, createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { Connection, Transport } from '@anyfeed/interfaces'
import { certificateIdentity, tcpTransport } from '../../adapters/transport-tcp/src/index.ts'
import { parties } from '../../adapters/transport-tcp/test/certificates.ts'

const CHUNK = 64 * 1024
const TOTAL = 256 * 1024 * 1024
const MODES = ['node:net', 'tcp', 'tcp, iterated socket', 'tls'] as const
type Mode = (typeof MODES)[number]

function transport(mode: Mode): Transport {
  if (mode !== 'tls') return tcpTransport()
  return tcpTransport({ tls: { ...parties.a, trusted: [certificateIdentity(parties.a.cert)] } })
}

async function* chunks(): AsyncGenerator<Uint8Array> {
  const chunk = new Uint8Array(CHUNK)
  for (let sent = 0; sent < TOTAL; sent += CHUNK) yield chunk
}

async function send(mode: Mode, port: number): Promise<void> {
  if (mode === 'tcp' || mode === 'tls') {
    const dialler = transport(mode)
    const connection = await dialler.dial(`/ip4/127.0.0.1/tcp/${port}`)
    await connection.sink(chunks())
    for await (const _ of connection.source);
    return
  }
  const socket = connect(port, '127.0.0.1')
  const chunk = new Uint8Array(CHUNK)
  let sent = 0
  const more = () => {
    while (sent < TOTAL) {
      sent += CHUNK
      if (!socket.write(chunk)) return socket.once('drain', more)
    }
    return socket.end()
  }
  socket.once('connect', more)
  await new Promise((resolve) => socket.resume().once('close', resolve))
}

/** Milliseconds from the first byte to the end. */
async function receive(mode: Mode): Promise<number> {
  let first = 0
  let bytes = 0
  const take = (chunk: Uint8Array) => {
    if (bytes === 0) first = performance.now()
    bytes += chunk.byteLength
  }
  const run = (port: number) => fork(fileURLToPath(import.meta.url), ['send', mode, String(port)])
  if (mode === 'tcp' || mode === 'tls') {
    const listening = transport(mode)
    const connection = await new Promise<Connection>((onConnection) => {
      listening
        .listen('/ip4/127.0.0.1/tcp/0', { onConnection })
        .then(({ addresses }) => run(Number(addresses[0]?.split('/')[4])))
    })
    for await (const chunk of connection.source) take(chunk)
    const took = performance.now() - first
    if (bytes !== TOTAL) throw new Error(`${bytes} bytes came`)
    await connection.close()
    await listening.close()
    return took
  }
  return await new Promise((resolve) => {
    const server = createServer(async (socket) => {
      const over = () => {
        resolve(performance.now() - first)
        server.close()
      }
      if (mode === 'node:net') socket.on('data', take).on('end', over)
      else {
        for await (const chunk of socket) take(chunk as Uint8Array)
        over()
      }
    })
    server.listen(0, '127.0.0.1', () => run((server.address() as AddressInfo).port))
  })
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}

if (process.argv[2] === 'send') await send(process.argv[3] as Mode, Number(process.argv[4]))
else {
  const results = new Map<Mode, number[]>(MODES.map((mode) => [mode, []]))
  for (let round = 0; round < Number(process.argv[2] ?? 5); round++) {
    for (const mode of MODES) results.get(mode)?.push(TOTAL / 1048576 / ((await receive(mode)) / 1000))
  }
  const bare = median(results.get('node:net') ?? [])
  for (const [mode, speeds] of results) {
    console.log(`${mode}: ${median(speeds).toFixed(0)} MiB/s, ${(median(speeds) / bare).toFixed(2)} of node:net`)
  }
}
