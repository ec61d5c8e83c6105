import { readFileSync } from 'node:fs'
import { seededBlock, unhex } from '../../packages/core/test/content.ts'

interface Node {
  readonly index: number
  readonly hash: string
}

/** A row of feeds.json: see its `about`. */
export interface RecordedFeed {
  readonly title: string
  readonly blocks: readonly Uint8Array[]
  readonly id: string
  /** Full proofs, by block. */
  readonly proofs: ReadonlyArray<{ readonly block: number; readonly nodes: readonly Node[] }>
}

/** A session of wire.json: see its `about`. */
export interface RecordedSession {
  readonly title: string
  readonly peerIdA: string
  readonly peerIdB: string
  readonly feed: string
  readonly blocksUtf8: readonly string[]
  readonly frames: ReadonlyArray<{ readonly from: 'a' | 'b'; readonly hex: string }>
}

interface Row {
  readonly blocksUtf8?: readonly string[]
  readonly seed?: string
  readonly blocks: number
  readonly length?: string
  readonly id: string
  readonly proofs?: ReadonlyArray<readonly Node[]>
  readonly proof?: { readonly block: number; readonly nodes: readonly Node[] }
}

function read(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8'))
}

function feedOf(row: Row): RecordedFeed {
  const { seed, blocksUtf8, length = '0' } = row
  const lengthOf = (i: number) => (length === 'i%97' ? i % 97 : Number(length))
  const blocks = blocksUtf8?.map((text) => new Uint8Array(Buffer.from(text))) ??
    Array.from({ length: row.blocks }, (_, i) => seededBlock(seed as string, i, lengthOf(i)))
  const proofs = (row.proofs ?? []).map((nodes, block) => ({ block, nodes }))
  if (row.proof !== undefined) proofs.push(row.proof)
  const title = blocksUtf8 === undefined ? `${row.blocks} blocks of ${length} bytes` : JSON.stringify(blocksUtf8)
  return { title, blocks, id: row.id, proofs }
}

export const recordedFeeds = (read('feeds.json') as { feeds: Row[] }).feeds.map(feedOf)
export const recordedSessions = (read('wire.json') as { sessions: RecordedSession[] }).sessions

export function session(title: string): RecordedSession {
  const found = recordedSessions.find((recorded) => recorded.title.includes(title))
  if (found === undefined) throw new Error(`no session was recorded about ${title}`)
  return found
}

/** The frames of one peer, each with its length prefix. */
export function framesOf({ frames }: RecordedSession, peer: 'a' | 'b'): Uint8Array[] {
  return frames.filter(({ from }) => from === peer).map((frame) => unhex(frame.hex))
}
