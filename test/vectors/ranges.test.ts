// Our own recordings of range requests (docs/protocol.md), for whoever writes the protocol in another language.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { depth } from '../../packages/core/src/tree/flat-tree.ts'
import { RangeVerifier } from '../../packages/core/src/tree/range-verifier.ts'
import { decodeMessage } from '../../packages/core/src/wire/decode.ts'
import { encodeMessage } from '../../packages/core/src/wire/encode.ts'
import { FrameDecoder } from '../../packages/core/src/wire/frame-decoder.ts'
import { RANGE_REQUEST, RANGE_RESPONSE, type RangeRequest, type RangeResponse } from '../../packages/core/src/wire/messages.ts'
import { coreWith, hex, unhex } from '../../packages/core/test/content.ts'
import { GrownTree, hash } from '../../packages/core/test/grown-tree.ts'
import { until } from '../../packages/core/test/until.ts'
import { ScriptedPeer } from '../attacks/scripted-peer.ts'

interface Exchange {
  readonly title: string
  /** Whole frames, with their length prefixes, in hexadecimal digits. */
  readonly request: string
  readonly answers: readonly string[]
}

interface RangeVectors {
  /** The blocks of the feed, of these lengths: block b is that many bytes of the value b. */
  readonly lengths: readonly number[]
  readonly id: string
  readonly exchanges: readonly Exchange[]
}

const file = new URL('ranges.json', import.meta.url)
const vectors = JSON.parse(readFileSync(file, 'utf8')) as RangeVectors
const blocks = vectors.lengths.map((length, block) => new Uint8Array(length).fill(block))

function message(frame: string) {
  const [payload] = new FrameDecoder().push(unhex(frame)) as Iterable<Uint8Array>
  return decodeMessage(payload as Uint8Array)
}

describe.each(vectors.exchanges)('the recorded range request: $title', ({ request, answers }) => {
  it('is answered by us with these very bytes', async () => {
    const { core, id } = await coreWith(blocks)
    expect(hex(id)).toBe(vectors.id)
    const peer = new ScriptedPeer(core, { version: 1 })
    await until(() => peer.remote !== undefined)
    peer.privateJoin(id)
    peer.bytes(unhex(request))
    await until(() => peer.of(RANGE_RESPONSE).some(({ last }) => last))
    expect(peer.of(RANGE_RESPONSE).map((answer) => hex(encodeMessage(answer)))).toEqual(answers)
    await core.close()
  })

  it('is understood, and its answers lead to the id', () => {
    const asked = message(request) as RangeRequest
    expect(asked.type).toBe(RANGE_REQUEST)
    expect(hex(encodeMessage(asked))).toBe(request)
    const tree = new GrownTree(blocks)
    const top = asked.top === undefined ? undefined : { index: asked.top, hash: tree.nodes.get(asked.top) as Uint8Array }
    if (top !== undefined) expect(depth(top.index)).toBeGreaterThanOrEqual(0)
    const verifier = new RangeVerifier(hash, tree.id, top && { top, isRoot: false, length: blocks.length })
    const came: number[] = []
    for (const frame of answers) {
      const answer = message(frame) as RangeResponse
      expect(hex(encodeMessage(answer))).toBe(frame)
      expect(answer.last).toBe(frame === answers.at(-1))
      if (answer.blocks.length === 0) continue
      for (const { index, data } of verifier.accept(answer, !answer.last).blocks) {
        expect(hex(data)).toBe(hex(blocks[index] as Uint8Array))
        came.push(index)
      }
    }
    const within = blocks.map((_, i) => i).filter((i) => i >= asked.start && i < asked.start + asked.count)
    expect(came).toEqual(within)
  })
})
