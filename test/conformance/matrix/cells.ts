import { type Cell, cellsOf } from './cell.ts'
import { discoveryParts, storageParts, transportParts } from './parts.ts'

/** Every combination of what runs in Node. */
export const cells: readonly Cell[] = cellsOf(storageParts, transportParts, discoveryParts)
