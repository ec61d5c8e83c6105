import { createHash } from 'node:crypto'
import type { FeedChange, FeedRecord, HavePage } from '@anyfeed/interfaces'

// A log is a row of entries, one for each commit:
//
//   4 bytes    length of the payload, big endian
//   32 bytes   SHA-256 of the payload
//   payload    4 bytes length of a JSON text, that text, then the bytes of the blocks, one after the other
//
// An entry counts when its hash is right. So a commit that was cut off by a crash never was: that is all it takes to be
// atomic.
const HEAD = 4 + 32

/** Where a block's bytes are in the log. */
export interface Place {
  readonly start: number
  readonly length: number
}

/** What the log says, as a store keeps it at hand. */
export class LogState {
  record: FeedRecord | undefined
  readonly nodes = new Map<number, Uint8Array>()
  readonly blocks = new Map<number, Place>()
  readonly have = new Map<number, Uint8Array>()
}

/** What of a change goes into the JSON text; bytes as hexadecimal digits. */
interface Described {
  readonly record?: { key: string; id?: string; blocks: number; complete: boolean; byteLength: number }
  readonly nodes: ReadonlyArray<readonly [index: number, hash: string]>
  readonly blocks: ReadonlyArray<readonly [index: number, length: number]>
  readonly dropped: readonly number[]
  readonly have: ReadonlyArray<readonly [page: number, bits: string]>
}

/** The entry of a change. */
export function encodeEntry({ record, nodes = [], blocks = [], dropped = [], have = [] }: FeedChange): Uint8Array {
  const described: Described = {
    ...(record && { record: { ...record, key: hex(record.key), id: record.id && hex(record.id) } as never }),
    nodes: nodes.map(({ index, hash }) => [index, hex(hash)]),
    blocks: blocks.map(({ index, data }) => [index, data.byteLength]),
    dropped,
    have: have.map(({ page, bits }) => [page, hex(bits)])
  }
  const text = Buffer.from(JSON.stringify(described))
  const payload = Buffer.concat([uint32(text.byteLength), text, ...blocks.map(({ data }) => data)])
  return Buffer.concat([uint32(payload.byteLength), sha256(payload), payload])
}

/** Applies each whole entry from `start` on; returns where the last of them ends. `log` holds the file from its start. */
export function replay(log: Buffer, state: LogState, start = 0): number {
  let at = start
  for (;;) {
    if (log.byteLength < at + HEAD) return at
    const end = at + HEAD + log.readUInt32BE(at)
    if (log.byteLength < end) return at
    const payload = log.subarray(at + HEAD, end)
    if (!sha256(payload).equals(log.subarray(at + 4, at + HEAD))) return at
    apply(payload, at + HEAD, state)
    at = end
  }
}

/** Applies an entry that begins at `start` of the log. */
export function applyEntry(entry: Uint8Array, start: number, state: LogState): void {
  apply(Buffer.from(entry).subarray(HEAD), start + HEAD, state)
}

function apply(payload: Buffer, start: number, state: LogState): void {
  const textEnd = 4 + payload.readUInt32BE(0)
  const { record, nodes, blocks, dropped, have } = JSON.parse(payload.toString('utf8', 4, textEnd)) as Described
  for (const [index, hash] of nodes) state.nodes.set(index, bytes(hash))
  let next = start + textEnd
  for (const [index, length] of blocks) {
    state.blocks.set(index, { start: next, length })
    next += length
  }
  for (const index of dropped) state.blocks.delete(index)
  for (const [page, bits] of have) {
    if (/[1-9a-f]/.test(bits)) state.have.set(page, bytes(bits))
    else state.have.delete(page)
  }
  if (record)
    state.record = { ...record, key: bytes(record.key), id: record.id === undefined ? undefined : bytes(record.id) }
}

/** The have pages, each a copy, in ascending order. */
export function havePages({ have }: LogState): HavePage[] {
  return [...have].sort(([a], [b]) => a - b).map(([page, bits]) => ({ page, bits: new Uint8Array(bits) }))
}

export const hex = (data: Uint8Array): string => Buffer.from(data).toString('hex')
const bytes = (digits: string): Uint8Array => new Uint8Array(Buffer.from(digits, 'hex'))
const sha256 = (data: Uint8Array): Buffer => createHash('sha256').update(data).digest()

function uint32(value: number): Buffer {
  const data = Buffer.alloc(4)
  data.writeUInt32BE(value)
  return data
}
