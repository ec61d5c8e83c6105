// Whatever is asked for, given up, dropped and asked for again, of peers of both versions: the feed is the same.
import { createCore } from '@anyfeed/core'
import { memoryStorage } from '@anyfeed/storage-memory'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { REQUEST, RESPONSE } from '../../packages/core/src/wire/messages.ts'
import { coreWith, seededBlocks } from '../../packages/core/test/content.ts'
import { GrownTree } from '../../packages/core/test/grown-tree.ts'
import { connect } from '../../packages/core/test/pipe.ts'
import { turn, until } from '../../packages/core/test/until.ts'
import { ScriptedPeer } from '../attacks/scripted-peer.ts'

const BLOCKS = 90
const tree = new GrownTree(seededBlocks(BLOCKS))

/** A peer of version 0 that answers whatever it is asked. */
class OldPeer extends ScriptedPeer {
  #answered = 0

  answer(): void {
    const requests = this.of(REQUEST) as unknown as Array<{ block: number }>
    for (; this.#answered < requests.length; this.#answered++) {
      this.send({ type: RESPONSE, channel: 0, ...tree.claim((requests[this.#answered] as { block: number }).block) })
    }
  }
}

const step = fc.record({
  do: fc.constantFrom('get', 'get and give up', 'download', 'download and give up', 'clear', 'wait'),
  at: fc.nat(BLOCKS - 1),
  length: fc.integer({ min: 1, max: 40 }),
  priority: fc.constantFrom('critical' as const, 'high' as const, 'normal' as const)
})

it('a feed comes whole and right, in ranges and in single blocks', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 12 }),
      fc.constantFrom('old', 'new', 'both'),
      fc.boolean(),
      async (steps, kind, late) => {
        const core = createCore({ storage: memoryStorage() })
        const feed = core.get(tree.id)
        await feed.open()
        const { core: source } = await coreWith([...tree.blocks])
        const old = kind === 'new' ? undefined : new OldPeer(core)
        const join = () => {
          old?.offer(tree.id, new Uint8Array(Math.ceil(BLOCKS / 8)).fill(255))
          if (kind !== 'old') connect(source, core)
        }
        if (!late) join()
        const answering = async (turns: number) => {
          for (let i = 0; i < turns; i++) {
            await turn(1)
            old?.answer()
          }
        }
        for (const { do: what, at, length, priority } of steps) {
          const stop = new AbortController()
          const { signal } = stop
          if (what === 'get') feed.get(at).catch(() => {})
          else if (what === 'get and give up') feed.get(at, { signal }).catch(() => {})
          else if (what === 'download') feed.download({ start: at, end: at + length, priority })
          else if (what === 'download and give up') feed.download({ start: at, end: at + length, priority, signal })
          else if (what === 'clear') await feed.clear({ start: at, end: at + length })
          await answering(at % 4)
          stop.abort()
        }
        if (late) join()
        const download = feed.download()
        await until(() => {
          old?.answer()
          return feed.complete
        })
        await download.done
        for (const [i, block] of tree.blocks.entries()) expect(await feed.get(i)).toEqual(new Uint8Array(block))
        for await (const { sound } of feed.verify()) expect(sound).toBe(true)
        expect(old?.ended ?? false).toBe(false)
        await Promise.all([core.close(), source.close()])
      }
    ),
    { seed: 6, numRuns: 150 }
  )
})
