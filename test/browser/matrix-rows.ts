import type { CaseResult } from '@anyfeed/conformance'
import type { NamedCell } from '../conformance/matrix/cell.ts'
import { type CellResult, countCases, runSuite } from '../conformance/matrix/run-cell.ts'
import { findChromium, HOW_TO_GET_CHROMIUM } from './chromium.ts'
import { inPages } from './conformance-page.ts'
import { pageAndNodeSuite, twoPagesSuite } from './meeting.ts'
import { PAGE_CELLS } from './pages/cells.ts'
import { Pages } from './pages.ts'

/** Pages among others: each row has one cell, and a suite of its own. */
const MEETINGS = [
  {
    cell: {
      storage: 'IndexedDB in a page, and a Node process',
      transport: 'libp2p over WebSockets',
      discovery: 'kad-dht'
    },
    suite: pageAndNodeSuite
  },
  {
    cell: { storage: 'IndexedDB in two pages', transport: 'libp2p over WebRTC', discovery: 'kad-dht' },
    suite: twoPagesSuite
  }
]

/** Runs the cells of the matrix that need a browser, as far as they are wanted. Where there is none, each says so. */
export async function* runMatrixRows(isWanted: (cell: NamedCell) => boolean): AsyncGenerator<CellResult, void> {
  const within = PAGE_CELLS.filter(isWanted)
  const among = MEETINGS.filter(({ cell }) => isWanted(cell))
  if (findChromium() === undefined) {
    const skipped = [{ name: 'stack', reason: `there is no Chromium: ${HOW_TO_GET_CHROMIUM}` }]
    for (const cell of [...within, ...among.map(({ cell }) => cell)]) yield { ...countCases(cell, []), skipped }
    return
  }
  const results = await inPages(within.map((cell) => (page) => page.runCell(cell)))
  for (const [index, cell] of within.entries()) yield countCases(cell, results[index] as CaseResult[])
  if (among.length > 0) {
    const pages = await Pages.of('peer')
    try {
      for (const { cell, suite } of among) yield await runSuite(cell, (runner) => suite(runner, pages))
    } finally {
      await pages.close()
    }
  }
}
