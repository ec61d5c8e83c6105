import { type Field, fieldOf, joined, readVarint, varint } from './protobuf.ts'
import type { ReferenceTree } from './reference-tree.ts'

/** The fields of the one answer that has all that a RangeRequest asks for. */
export function rangeAnswer(tree: ReferenceTree, request: readonly Field[]): Field[] {
  const [id, start, count, top] = [2, 3, 4, 5].map((number) => fieldOf(request, number) as number | undefined)
  const from = start ?? 0
  const end = Math.min(from + (count ?? 0), tree.blocks.length)
  const blocks = tree.blocks.slice(from, end)
  const trusted = top === undefined ? tree.roots.map(({ index }) => index) : [top]
  return [
    [1, 0],
    [2, id ?? 0],
    [3, from],
    ...(top === undefined
      ? ([
          [4, tree.blocks.length],
          [5, joined(...tree.roots.map(({ hash }) => hash))]
        ] as Field[])
      : []),
    [6, 1],
    [7, joined(...trusted.flatMap((node) => proofBelow(tree, node, from, end)))],
    [8, Uint8Array.from(blocks.flatMap(({ length }) => varint(length)))],
    [9, joined(...blocks)]
  ]
}

/** The fields of the answer that ends a RangeRequest without a block. */
export function nothing(request: readonly Field[]): Field[] {
  return [
    [1, 0],
    [2, (fieldOf(request, 2) ?? 0) as number],
    [3, (fieldOf(request, 3) ?? 0) as number],
    [6, 1]
  ]
}

/** The blocks of a RangeResponse, each with its index. */
export function blocksOf(answer: readonly Field[]): Array<[index: number, data: Uint8Array]> {
  const lengths = (fieldOf(answer, 8) ?? new Uint8Array()) as Uint8Array
  const data = (fieldOf(answer, 9) ?? new Uint8Array()) as Uint8Array
  const blocks: Array<[number, Uint8Array]> = []
  let index = (fieldOf(answer, 3) ?? 0) as number
  for (let [at, offset] = [0, 0]; at < lengths.length; index++) {
    const [length, next] = readVarint(lengths, at)
    blocks.push([index, data.slice(offset, offset + length)])
    at = next
    offset += length
  }
  return blocks
}

/** The hashes below a trusted node of what is beside the blocks from `start` to `end`, left to right. */
function proofBelow(tree: ReferenceTree, node: number, start: number, end: number): Uint8Array[] {
  const [first, past] = spanOf(node)
  const isBeside = past <= start || first >= end
  if (isBeside || (first >= start && past <= end)) return []
  const half = (past - first) / 2
  return [node - half, node + half].flatMap((child) => {
    const [from, to] = spanOf(child)
    return to <= start || from >= end ? [tree.node(child) as Uint8Array] : proofBelow(tree, child, start, end)
  })
}

/** The blocks below a node of the flat tree: the first, and the one behind the last. */
function spanOf(node: number): [first: number, past: number] {
  let size = 1
  while (Math.floor(node / size) % 2 === 1) size *= 2
  const first = (node - size + 1) / 2
  return [first, first + size]
}
