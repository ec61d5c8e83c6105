import { type Core, createCore } from '@anyfeed/core'
import { memoryStorage } from '@anyfeed/storage-memory'
import { expect } from 'vitest'
import { seededBlock } from '../../packages/core/test/content.ts'
import { connect } from '../../packages/core/test/pipe.ts'

/** A core under attack that shares a feed, and an honest peer that must go on fetching from it whatever happens. */
export interface Scene {
  readonly core: Core
  /** The feed's id, of 300 blocks. */
  readonly id: Uint8Array
  readonly blocks: readonly Uint8Array[]
  /** Ends everything, after the honest peer has got all that was left. */
  finish(): Promise<void>
}

/** Begins a scene: the honest peer has one block, and asks for the others in the end. */
export async function scene(options: Partial<Parameters<typeof createCore>[0]> = {}): Promise<Scene> {
  const blocks = Array.from({ length: 300 }, (_, i) => seededBlock('scene', i, i))
  const core = createCore({ storage: memoryStorage(), ...options })
  const feed = core.add()
  await feed.append(blocks)
  const id = (await feed.finalize()) as Uint8Array
  const { storage: _, ...others } = options
  const honest = createCore({ storage: memoryStorage(), ...others })
  const copy = honest.get(id)
  const link = connect(core, honest)
  expect(await copy.get(17)).toEqual(blocks[17])
  return {
    core,
    id,
    blocks,
    finish: async () => {
      await copy.download().done
      expect(copy.complete).toBe(true)
      expect(link.streams.map((stream) => stream.session.ended)).toEqual([false, false])
      expect(core.peers).toContain(link.streams[0])
      await Promise.all([core.close(), honest.close()])
    }
  }
}
