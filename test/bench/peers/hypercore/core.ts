import type { Duplex } from 'node:stream'
import { batches, blocks } from '../../content.ts'
import { temporaryFolder } from '../../stores/temporary-folder.ts'
import type { Served, Size } from '../../work.ts'
import { installed } from '../installed.ts'
import { listenOverTcp } from '../tcp.ts'

export interface ProtocolStream extends Duplex {
  readonly noiseStream: { readonly opened: Promise<boolean> }
}

export interface Core {
  readonly key: Uint8Array
  readonly length: number
  ready(): Promise<void>
  append(blocks: Uint8Array | Uint8Array[]): Promise<unknown>
  get(block: number): Promise<Uint8Array | null>
  download(range: { start: number; end: number; linear?: boolean }): { done(): Promise<unknown> }
  createReadStream(range?: { start: number; end: number }): AsyncIterable<Uint8Array>
  replicate(initiator: boolean | ProtocolStream): ProtocolStream
  close(): Promise<void>
}

export interface Hypercore {
  new (folder: string, options?: { keyPair?: unknown; key?: Uint8Array }): Core
  createProtocolStream(initiator: boolean): ProtocolStream
}

export async function hypercore(): Promise<Hypercore> {
  return (await installed<{ default: Hypercore }>('hypercore')).default
}

/** A core of its own that can be written; the same key in each process. hypercore keeps all its data in RocksDB. */
export async function writableCore(folder = temporaryFolder()): Promise<Core> {
  const Hypercore = await hypercore()
  const { default: crypto } = await installed<{ default: { keyPair(seed: Uint8Array): unknown } }>('hypercore-crypto')
  const core = new Hypercore(folder, { keyPair: crypto.keyPair(new Uint8Array(32).fill(7)) })
  await core.ready()
  return core
}

/** An empty core for what somebody else writes. */
export async function emptyCore(served: readonly Served[]): Promise<Core> {
  const Hypercore = await hypercore()
  const core = new Hypercore(temporaryFolder(), { key: Buffer.from(String(served[0]?.key), 'hex') })
  await core.ready()
  return core
}

export async function appendAll(
  core: Core,
  size: Size,
  content: readonly Uint8Array[] = [...blocks(size)]
): Promise<void> {
  for (const batch of batches(content, size.length)) await core.append(batch)
}

/** Holds a core of all blocks for whoever connects over TCP. */
export async function serveCore(size: Size): Promise<Served> {
  const core = await writableCore()
  await appendAll(core, size)
  return { port: await listenOverTcp(() => core.replicate(false)), key: Buffer.from(core.key).toString('hex') }
}
