import type { StackSuiteOptions } from '@anyfeed/conformance'
import { type Cell, type NamedCell, nameOf, stackOf } from './cell.ts'
import { cells } from './cells.ts'
import { coveringCells } from './covering.ts'

/** A cell whose parts can be together, and its stack. */
export interface Stack extends NamedCell {
  readonly cell: Cell
  readonly stack: StackSuiteOptions
}

/** A selection of what `npm run conformance` runs whole, unless all of it is asked for. */
export const whole = process.env.ANYFEED_MATRIX === 'whole'

const made: Stack[] = []
for (const cell of cells) {
  const stack = await stackOf(cell)
  if (!('cannot' in stack)) made.push({ ...nameOf(cell), cell, stack })
}

/** Every cell that can be. */
export const stacks: readonly Stack[] = made

/** Few of them, in which each two adapters are together that can be. */
export const covering: readonly Stack[] = coveringCells(stacks)
