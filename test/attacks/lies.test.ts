import { createCore } from '@anyfeed/core'
import { memoryStorage } from '@anyfeed/storage-memory'
import { describe, expect, it } from 'vitest'
import type { Claim } from '../../packages/core/src/tree/verifier.ts'
import { REQUEST, RESPONSE } from '../../packages/core/src/wire/messages.ts'
import { seededBlocks } from '../../packages/core/test/content.ts'
import { FaultyStorage } from '../../packages/core/test/faulty-storage.ts'
import { GrownTree } from '../../packages/core/test/grown-tree.ts'
import { turn } from '../../packages/core/test/until.ts'
import { ScriptedPeer } from './scripted-peer.ts'

const tree = new GrownTree(seededBlocks(21))
const other = new GrownTree(seededBlocks(21, 'other'))
const everything = new Uint8Array(3).fill(255)

const lies: Array<[string, (claim: Claim) => Claim]> = [
  ['other data', (claim) => ({ ...claim, data: Uint8Array.of(1) })],
  ['no data', (claim) => ({ ...claim, data: new Uint8Array(0) })],
  ['another block', (claim) => ({ ...tree.claim(claim.block + 1), block: claim.block })],
  ['no proof', (claim) => ({ ...claim, proof: [] })],
  ['the roots alone', (claim) => ({ ...claim, proof: claim.proof.slice(-3) })],
  ['a node less', (claim) => ({ ...claim, proof: claim.proof.slice(1) })],
  ['the same node twice', (claim) => ({ ...claim, proof: [claim.proof[0], ...claim.proof] as Claim['proof'] })],
  ['the nodes in another order', (claim) => ({ ...claim, proof: [...claim.proof].reverse() })],
  ['the proof of another feed', (claim) => ({ ...claim, proof: other.claim(claim.block).proof })],
  ['another feed altogether', (claim) => other.claim(claim.block)],
  [
    'a zero hash',
    (claim) => ({ ...claim, proof: claim.proof.map(({ index }) => ({ index, hash: new Uint8Array(32) })) })
  ],
  ['a huge index', (claim) => ({ ...claim, proof: [...claim.proof, { index: 2 ** 53 - 2, hash: new Uint8Array(32) }] })]
]

describe.each([
  ['that is not known at all', false],
  ['whose length is known', true]
])('a lie about a feed %s', (_, known) => {
  it.each(lies)('%s: nothing is stored, the stream ends, another peer is asked', async (_, lie) => {
    const storage = new FaultyStorage()
    const core = createCore({ storage })
    const feed = core.get(tree.id)
    await feed.open()
    const honest = new ScriptedPeer(core)
    if (known) {
      honest.offer(tree.id, everything)
      void feed.get(20)
      await honest.expect(REQUEST)
      honest.send({ type: RESPONSE, channel: 0, ...tree.claim(20) })
      await feed.get(20)
    }
    const commits = storage.calls.commit
    const liar = new ScriptedPeer(core)
    liar.offer(tree.id, everything)
    if (known) honest.send({ type: 3, channel: 0 })
    const got = feed.get(6)
    await liar.expect(REQUEST)
    liar.send({ type: RESPONSE, channel: 0, ...lie(tree.claim(6)) })
    expect(await liar.over()).toMatchObject({ code: 'ERR_VERIFICATION' })
    await turn()
    expect(storage.calls.commit).toBe(commits)
    expect(feed.has(6)).toBe(false)
    if (known) honest.send({ type: 4, channel: 0 })
    else honest.offer(tree.id, everything)
    await honest.expect(REQUEST, known ? 2 : 1)
    honest.send({ type: RESPONSE, channel: 0, ...tree.claim(6) })
    expect(await got).toEqual(tree.blocks[6])
    expect(honest.ended).toBe(false)
    await core.close()
  })
})

it('a bitfield that promises blocks which the feed does not have costs nothing but the promise', async () => {
  const core = createCore({ storage: memoryStorage() })
  const feed = core.get(tree.id)
  const download = feed.download()
  await feed.open()
  const honest = new ScriptedPeer(core)
  const boaster = new ScriptedPeer(core)
  boaster.offer(tree.id, new Uint8Array(100_000).fill(255))
  await boaster.expect(REQUEST)
  boaster.send({ type: RESPONSE, channel: 0, ...tree.claim(boaster.requested[0] as number) })
  await turn()
  // The length is known now: nothing past it is asked for.
  expect(Math.max(...boaster.requested)).toBeLessThan(21)
  boaster.stream.destroy()
  honest.offer(tree.id, everything)
  let answered = 0
  while (!feed.complete) {
    await turn(1)
    for (; answered < honest.requested.length; answered++) {
      honest.send({ type: RESPONSE, channel: 0, ...tree.claim(honest.requested[answered] as number) })
    }
  }
  await download.done
  await core.close()
})

it('a proof that is cut short is taken when the nodes are in the store', async () => {
  const storage = new FaultyStorage()
  const core = createCore({ storage })
  const feed = core.get(tree.id)
  await feed.open()
  const peer = new ScriptedPeer(core)
  peer.offer(tree.id, everything)
  const first = feed.get(0)
  await peer.expect(REQUEST)
  peer.send({ type: RESPONSE, channel: 0, ...tree.claim(0) })
  await first
  // Closed and opened anew, nothing of the tree is at hand.
  await feed.close()
  const again = core.get(tree.id)
  await again.open()
  peer.offer(tree.id, everything)
  const second = again.get(1)
  await peer.expect(REQUEST, 2)
  peer.send({ type: RESPONSE, channel: 0, ...tree.claim(1), proof: [] })
  expect(await second).toEqual(tree.blocks[1])
  // And refused when they are not.
  void again.get(9).catch(() => {})
  await peer.expect(REQUEST, 3)
  peer.send({ type: RESPONSE, channel: 0, ...tree.claim(9), proof: [] })
  expect(await peer.over()).toMatchObject({ code: 'ERR_VERIFICATION' })
  await core.close()
})
