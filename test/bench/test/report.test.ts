import { describe, expect, it } from 'vitest'
import { chart } from '../report/chart.ts'
import { figure } from '../report/figure.ts'
import { jsonLines, lineOf } from '../report/line.ts'
import { machine } from '../report/machine.ts'
import { median, medianRatio } from '../report/median.ts'
import { page } from '../report/page.ts'
import { limitsRow, peersRows } from '../report/table.ts'
import type { Peer, Program, Work } from '../work.ts'

const program: Program = { run: async () => 1 }
const peer: Peer = { ...program, differs: 'on disk | encrypted', goal: 4 }
const work: Work = {
  title: 'move bytes',
  unit: 'MiB/s',
  better: 'higher',
  size: { count: 1, length: 1 },
  tiny: { count: 1, length: 1 },
  value: (seconds) => 1 / seconds,
  goal: 0.75,
  limit: { ...program, does: 'only moves them' },
  ours: program,
  peers: { other: peer },
  without: { third: 'has no such thing' }
}
const figures = {
  limit: [100, 200, 50],
  ours: [80, 150, 60],
  peers: { other: [20, 75, 10] },
  leftOut: { gone: 'crashed' }
}
const line = lineOf('move', work, figures, { other: '1.2.3' })

const less: Work = { ...work, title: 'wait', unit: 'round trips', better: 'lower', goal: 1.5 }
const lessLine = lineOf(
  'wait',
  less,
  { limit: [1, 1, 1], ours: [1.4, 1.2, 2], peers: { other: [2.8, 2.4, 3] }, leftOut: {} },
  { other: '1.2.3' }
)

describe('a median', () => {
  it('is the middle, or between the two in the middle', () => {
    expect(median([9, 1, 5])).toBe(5)
    expect(median([1, 10, 2, 4])).toBe(3)
    expect(() => median([])).toThrow(RangeError)
  })

  it('of ratios is taken round by round', () => {
    // The ratio of the medians would be 3.
    expect(medianRatio([10, 3, 3], [1, 3, 1])).toBe(3)
    expect(medianRatio([1, 20, 9], [1, 2, 3])).toBe(3)
    expect(medianRatio([1, 20, 9], [1, 2])).toBe(5.5)
  })
})

describe('a line', () => {
  it('has medians, shares of the limit and how many times a peer', () => {
    expect(line).toEqual({
      work: 'move',
      unit: 'MiB/s',
      better: 'higher',
      limit: 100,
      ours: 80,
      ofLimit: 0.8,
      goal: 0.75,
      reached: true,
      peers: { other: { version: '1.2.3', value: 20, ratio: 4, goal: 4 } },
      leftOut: { gone: 'crashed' }
    })
  })

  it('turns the ratio with a peer, and the goal, where less is better', () => {
    expect(lessLine).toMatchObject({ ours: 1.4, ofLimit: 1.4, goal: 1.5, reached: true })
    expect(lessLine.peers.other?.ratio).toBeCloseTo(2)
    expect(lineOf('wait', { ...less, goal: 1.3 }, { ...figures, ours: [1.4] }, {}).reached).toBe(false)
    expect(lineOf('move', { ...work, goal: 0.81 }, figures, {}).reached).toBe(false)
  })

  it('is one object of JSON', () => {
    const lines = jsonLines([line, lessLine]).trimEnd().split('\n')
    expect(lines.map((each) => JSON.parse(each))).toEqual([line, lessLine])
  })

  it('is a row of the table, and its peers are rows, those that are missing too', () => {
    expect(limitsRow(line, work)).toBe(
      '| move bytes | only moves them | MiB/s | 100 | 80.0 | 0.80 | 0.75 of the limit | yes |'
    )
    expect(limitsRow(lessLine, less)).toBe(
      '| wait | only moves them | round trips (less is better) | 1.00 | 1.40 | 1.40 | 1.5 round trips at most | yes |'
    )
    expect(peersRows(line, work)).toEqual([
      '| move | other 1.2.3 | 20.0 MiB/s | 4.00× as fast | 4× | on disk \\| encrypted |',
      '| move | third | left out |  |  | has no such thing |',
      '| move | gone | left out |  |  | crashed |'
    ])
  })

  it('has figures with digits that mean something', () => {
    expect([0.123, 9.999, 12.34, 123.4, 12_345].map(figure)).toEqual(['0.12', '10.00', '12.3', '123', '12,345'])
  })
})

describe('the page and its chart', () => {
  const image = chart([line, lessLine], { move: 'move <bytes> & more', wait: 'wait' })

  it('shows each bar as a share of the limit, or of the worst', () => {
    const bars = [...image.matchAll(/<rect class="(ours|peer)"[^>]* width="([\d.]+)"/g)]
    const full = Number(/<rect class="track"[^>]* width="(\d+)"/.exec(image)?.[1])
    expect(bars.map(([, kind, width]) => [kind, Number(width) / full])).toEqual([
      ['ours', expect.closeTo(0.8, 2)],
      ['peer', expect.closeTo(0.2, 2)],
      ['ours', expect.closeTo(1.4 / 2.8, 2)],
      ['peer', 1]
    ])
  })

  it('is sound XML for both schemes', () => {
    expect(image).toContain('move &lt;bytes&gt; &amp; more')
    expect(image).toContain('prefers-color-scheme: dark')
    for (const name of ['svg', 'style', 'text', 'tspan']) {
      expect(image.match(new RegExp(`<${name}[ >]`, 'g'))?.length, name).toBe(
        image.match(`</${name}>`) && image.split(`</${name}>`).length - 1
      )
    }
  })

  it('has every line, the machine and no path', () => {
    const text = page({ lines: [line, lessLine], rounds: 3, machine: machine() }, { move: work, wait: less })
    expect(text).toContain('medians of 3 rounds')
    expect(text).toContain(limitsRow(line, work))
    for (const row of peersRows(line, work)) expect(text).toContain(row)
    expect(text).toContain(process.version)
    expect(text).not.toContain(process.cwd())
  })
})
