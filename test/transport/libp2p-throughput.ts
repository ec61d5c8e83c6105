// Throughput of our connection, and of a feed that is fetched over it, against a bare libp2p stream between nodes alike
// (TCP, noise, yamux), sender and receiver each in a process of its own:
//   node test/transport/libp2p-throughput.ts [rounds]
// Modes take turns within a round, and in who comes first, so that a machine that speeds up or slows down does so for all
// of them. The processor's time tells the same on a machine that others use: what the adapter costs beside libp2p.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { type Core, createCore } from '@anyfeed/core'
import type { Connection } from '@anyfeed/interfaces'
import { memoryStorage } from '@anyfeed/storage-memory'
import { multiaddr } from '@multiformats/multiaddr'
import { pipe } from 'it-pipe'
import { libp2pTransport } from '../../adapters/transport-libp2p/src/index.ts'
import { libp2pNode, STREAM_WINDOW } from '../conformance/adapters/libp2p-nodes.ts'

const CHUNK = 64 * 1024
const TOTAL = 256 * 1024 * 1024
const BARE = '/bare/1.0.0'
const MODES = ['bare', 'ours', 'feed'] as const
type Mode = (typeof MODES)[number]

async function* chunks(): AsyncGenerator<Uint8Array> {
  const chunk = new Uint8Array(CHUNK)
  for (let sent = 0; sent < TOTAL; sent += CHUNK) yield chunk
}

/** A core with all of it as a feed, which has the same id each time. */
async function sharer(): Promise<{ core: Core; id: Uint8Array }> {
  const core = createCore({ storage: memoryStorage() })
  const feed = core.add()
  await feed.append(Array(TOTAL / CHUNK).fill(new Uint8Array(CHUNK)), { transfer: true })
  return { core, id: (await feed.finalize()) as Uint8Array }
}

async function send(mode: Mode, address: string): Promise<void> {
  const node = await libp2pNode('tcp')
  if (mode === 'ours') {
    const transport = libp2pTransport(node, { maxStreamWindow: STREAM_WINDOW })
    const connection = await transport.dial(address)
    await connection.sink(chunks())
    for await (const _ of connection.source);
  } else if (mode === 'feed') {
    const { core } = await sharer()
    const connection = await libp2pTransport(node, { maxStreamWindow: STREAM_WINDOW }).dial(address)
    await pipe(connection, core.replicate(connection), connection).catch(() => {})
    await connection.closed
  } else {
    const stream = await node.dialProtocol(multiaddr(address), BARE)
    const closed = new Promise((resolve) => stream.addEventListener('close', resolve))
    for await (const chunk of chunks()) {
      if (stream.send(chunk)) continue
      await new Promise((resolve) => stream.addEventListener('drain', resolve, { once: true }))
    }
    await stream.close()
    await closed
  }
  await node.stop()
  process.send?.(processorTime())
}

/** Milliseconds that the processor has worked for this process. */
function processorTime(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

interface Result {
  /** MiB a second, from the first byte to the end. */
  readonly speed: number
  /** Milliseconds of both processes. */
  readonly work: number
}

async function receive(mode: Mode): Promise<Result> {
  const before = processorTime()
  let sender: Promise<number> = Promise.resolve(0)
  const node = await libp2pNode('tcp')
  const transport = libp2pTransport(node, { maxStreamWindow: STREAM_WINDOW })
  let first = 0
  let bytes = 0
  const take = (length: number) => {
    if (bytes === 0) first = performance.now()
    bytes += length
  }
  const run = () => {
    const child = fork(fileURLToPath(import.meta.url), ['send', mode, String(node.getMultiaddrs()[0])])
    sender = once(child, 'message').then(([work]) => work)
  }
  let over: () => Promise<void> = async () => {}
  if (mode === 'ours') {
    const connection = await new Promise<Connection>((onConnection) => {
      transport.listen(`/p2p/${node.peerId}`, { onConnection }).then(run)
    })
    for await (const chunk of connection.source) take(chunk.byteLength)
    over = () => connection.close()
  } else if (mode === 'feed') {
    const { id } = await sharer()
    const core = createCore({ storage: memoryStorage() })
    const feed = core.get(id)
    const all = new Promise<void>((resolve) => {
      feed.on('download', (_, { byteLength }) => {
        take(byteLength)
        if (bytes === TOTAL) resolve()
      })
    })
    const connection = await new Promise<Connection>((onConnection) => {
      transport.listen(`/p2p/${node.peerId}`, { onConnection }).then(run)
    })
    pipe(connection, core.replicate(connection), connection).catch(() => {})
    feed.download()
    await all
    over = () => core.close()
  } else {
    await new Promise<void>((resolve) => {
      const handled = node.handle(BARE, (stream) => {
        stream.addEventListener('message', ({ data }) => take(data.byteLength))
        stream.addEventListener('remoteCloseWrite', () => resolve())
        over = () => stream.close()
      })
      handled.then(run)
    })
  }
  const took = performance.now() - first
  if (bytes !== TOTAL) throw new Error(`${bytes} bytes came`)
  await over()
  await transport.close()
  await node.stop()
  return { speed: TOTAL / 1048576 / (took / 1000), work: processorTime() - before + (await sender) }
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}

if (process.argv[2] === 'send') await send(process.argv[3] as Mode, process.argv[4] ?? '')
else {
  const ratios = new Map<Mode, { speeds: number[]; works: number[] }>()
  const rounds = Number(process.argv[2] ?? 5)
  for (let round = 0; round < rounds; round++) {
    const results = new Map<Mode, Result>()
    for (const mode of round % 2 === 0 ? MODES : MODES.toReversed()) results.set(mode, await receive(mode))
    const bare = results.get('bare') as Result
    for (const [mode, { speed, work }] of results) {
      const { speeds, works } = ratios.get(mode) ?? { speeds: [], works: [] }
      ratios.set(mode, { speeds: [...speeds, speed / bare.speed], works: [...works, work / bare.work] })
    }
    console.log([...results].map(([mode, { speed }]) => `${mode} ${speed.toFixed(0)} MiB/s`).join(', '))
  }
  for (const [mode, { speeds, works }] of ratios) {
    const [speed, work] = [median(speeds).toFixed(2), median(works).toFixed(2)]
    console.log(`${mode}: ${speed} of the speed of a bare stream, for ${work} of its processor time`)
  }
}
