import { hash } from 'node:crypto'
import { blocks } from '../content.ts'
import { stopwatch } from '../stopwatch.ts'
import type { Limit } from '../work.ts'

const HASH = 32

/** The hashes of a feed's tree, and nothing else: a leaf for each block, and a parent for each two trees of a height. */
export const treeHashing: Limit = {
  does: 'SHA-256 of leaf and parent of each block, in one process',

  async run(size) {
    const content = [...blocks(size)]
    const leaf = new Uint8Array(1 + size.length)
    const parent = new Uint8Array(1 + 2 * HASH)
    parent[0] = 1
    const seconds = stopwatch()
    const roots: Uint8Array[] = []
    let parents = 0
    content.forEach((block, index) => {
      leaf.set(block, 1)
      let top: Uint8Array = hash('sha256', leaf, 'buffer')
      for (let full = index; full % 2 === 1; full = (full - 1) / 2) {
        parent.set(roots.pop() as Uint8Array, 1)
        parent.set(top, 1 + HASH)
        top = hash('sha256', parent, 'buffer')
        parents++
      }
      roots.push(top)
    })
    const elapsed = seconds()
    if (parents + roots.length !== size.count) throw new Error('the tree is not whole')
    return elapsed
  }
}
