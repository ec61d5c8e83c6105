import { isInside, type Run } from '../tree/subtree.ts'
import { RANGE_RESPONSE, type RangeRequest } from '../wire/messages.ts'
import type { FeedPeer } from './feed-peer.ts'
import type { Answer, Upload } from './uploader.ts'

/** So many bytes of blocks are read together, beside the block that passes the mark. */
const READ_BYTES = 512 * 1024
/** An answer carries blocks of about so many bytes, or one that is longer. */
const FRAME_BYTES = 64 * 1024
const FRAME_BLOCKS = 1024
/** Parts that were taken back out of the middle of a range, at most: what is taken back beyond is sent all the same. */
const MAX_GAPS = 16
const NOTHING = new Uint8Array(0)

/** Neighbouring blocks, to be sent in one frame with one proof. */
interface Frame extends Run {
  readonly blocks: readonly Uint8Array[]
}

/** A range that a peer asked for, answered piece by piece in its order. Blocks that are not here are passed over. */
export class RangeUpload implements Upload {
  readonly isRange = true
  readonly id: number
  readonly open: Map<number, Upload>
  readonly #top: number | undefined
  readonly #peer: FeedPeer
  readonly #gaps: Run[] = []
  #next: number
  #end: number
  /** The last block that was sent: the asker knows its proof. */
  #sent = -1

  constructor(request: RangeRequest, peer: FeedPeer, open: Map<number, Upload>) {
    this.id = request.id
    this.open = open
    this.#top = request.top
    this.#peer = peer
    this.#next = request.start
    this.#end = Math.min(request.start + request.count, peer.feed.tree.blocks)
  }

  /** Takes a part of the request back. Returns whether nothing is left of it. */
  cancel(run: Run): boolean {
    if (run.start <= this.#next) this.#next = Math.max(this.#next, run.end)
    else if (run.end >= this.#end) this.#end = Math.min(this.#end, run.start)
    else if (this.#gaps.length < MAX_GAPS) this.#gaps.push(run)
    return this.#next >= this.#end
  }

  /** Says that nothing more will come. */
  refuse(): void {
    this.#answer(this.#next, [], NOTHING, true)
  }

  async read(): Promise<Answer | undefined> {
    const start = this.#next
    const blocks = await this.#peer.feed.readRun(start, this.#end, READ_BYTES)
    const frames = framesOf(start, blocks, this.#gaps)
    const proofs = await this.#peer.feed.tree.proveRuns(frames, this.#top, this.#sent)
    // A store that gives nothing back has nothing to give.
    const next = blocks.length > 0 ? start + blocks.length : this.#end
    return { send: () => this.#send(next, frames, proofs) }
  }

  failed(error: Error): void {
    // First, so that who is told of the error may pause.
    this.refuse()
    this.#peer.feed.emit('error', error)
  }

  #send(next: number, frames: readonly Frame[], proofs: readonly Uint8Array[]): boolean {
    this.#next = Math.max(this.#next, next)
    const more = this.#next < this.#end
    for (const [i, { start, blocks }] of frames.entries()) {
      this.#answer(start, blocks, proofs[i] as Uint8Array, !more && i === frames.length - 1)
      for (const [j, data] of blocks.entries()) this.#peer.feed.emit('upload', start + j, data)
      // That was the last one, or whoever was told of it has paused.
      if (this.open.get(this.id) !== this) return false
    }
    if (!more && frames.length === 0) this.refuse()
    return more
  }

  #answer(start: number, blocks: readonly Uint8Array[], proof: Uint8Array, last: boolean): void {
    const isFirst = this.#sent === -1 && blocks.length > 0
    const roots = isFirst && this.#top === undefined ? this.#peer.feed.tree.rootHashes : undefined
    if (last) this.open.delete(this.id)
    this.#peer.channel.send({ type: RANGE_RESPONSE, id: this.id, start, blocks, proof, roots, last })
    if (blocks.length > 0) this.#sent = start + blocks.length - 1
  }
}

/** Blocks as they are sent together: neighbours, up to a size, and none of the gaps. */
function framesOf(start: number, blocks: ReadonlyArray<Uint8Array | undefined>, gaps: readonly Run[]): Frame[] {
  const frames: Frame[] = []
  let frame: { start: number; end: number; blocks: Uint8Array[] } | undefined
  let bytes = 0
  for (const [i, block] of blocks.entries()) {
    if (!block || gaps.some((gap) => isInside(start + i, start + i + 1, gap))) {
      frame = undefined
      continue
    }
    if (!frame || bytes + block.length > FRAME_BYTES || frame.blocks.length === FRAME_BLOCKS) {
      frame = { start: start + i, end: 0, blocks: [] }
      frames.push(frame)
      bytes = 0
    }
    frame.end = frame.start + frame.blocks.push(block)
    bytes += block.length
  }
  return frames
}
