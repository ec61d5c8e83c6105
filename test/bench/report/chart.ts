import { figure } from './figure.ts'
import type { Line } from './line.ts'

const WIDTH = 860
const LEFT = 170
const FULL = 440
/** Bars end here, in shares of what they are measured by; longer ones are cut, and their figures tell. */
const LONGEST = 1.25
const BAR = 14
const GAP = 5
const TOP = 84

interface Bar {
  readonly name: string
  readonly share: number
  readonly label: string
  readonly ours: boolean
}

interface Group {
  readonly title: string
  readonly bars: readonly Bar[]
  /** Where the goal is, as a share. */
  readonly goal: number
  readonly reference: string
}

/**
 * The lines as an SVG image: for each a bar for anyfeed and one for each other system. A full bar is the limit, or,
 * where less is better, the most that anyone has. Its colours follow the reader's light or dark scheme.
 */
export function chart(lines: readonly Line[], titles: Readonly<Record<string, string>>): string {
  let y = TOP
  const body = lines.map((line) => {
    const group = groupOf(line, titles[line.work] ?? line.work)
    const drawn = draw(group, y)
    y += heightOf(group)
    return drawn
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${y}" viewBox="0 0 ${WIDTH} ${y}" role="img" aria-label="anyfeed and other systems as shares of the limit">
<style>
  svg { font: 12px system-ui, sans-serif; background: #ffffff; --text: #1f2328; --quiet: #59636e; --ours: #0969da; --peer: #b6bec7; --track: #eff2f5; --goal: #cf222e }
  @media (prefers-color-scheme: dark) {
    svg { background: #0d1117; --text: #f0f6fc; --quiet: #9198a1; --ours: #4493f8; --peer: #5b6570; --track: #1c2128; --goal: #ff7b72 }
  }
  text { fill: var(--text) } .quiet { fill: var(--quiet) } .title { font-weight: 600 } .head { font-size: 18px; font-weight: 600 }
  .ours { fill: var(--ours) } .peer { fill: var(--peer) } .track { fill: var(--track) } .goal { stroke: var(--goal); stroke-width: 2 }
</style>
<rect width="${WIDTH}" height="${y}" fill="none"/>
<text class="head" x="20" y="32">How near to the limit</text>
<text class="quiet" x="20" y="52">A full bar is what a bare program reaches; where less is better, the longest bar is full. The red mark is the goal.</text>
${body.join('\n')}
</svg>
`
}

function groupOf(line: Line, title: string): Group {
  const higher = line.better === 'higher'
  const values = [line.ours, ...Object.values(line.peers).map(({ value }) => value)]
  const whole = higher ? line.limit : Math.max(line.goal, ...values)
  const bar = (name: string, value: number, ours: boolean): Bar => ({
    name,
    share: value / whole,
    label: `${figure(value)} ${line.unit}`,
    ours
  })
  const peers = Object.entries(line.peers)
    .map(([name, { value }]) => bar(name, value, false))
    .toSorted((a, b) => (higher ? b.share - a.share : a.share - b.share))
  return {
    title,
    bars: [bar('anyfeed', line.ours, true), ...peers],
    goal: higher ? line.goal : line.goal / whole,
    reference: higher ? `limit ${figure(line.limit)} ${line.unit}` : `less is better: at most ${line.goal} ${line.unit}`
  }
}

function heightOf({ bars }: Group): number {
  return 24 + bars.length * (BAR + GAP) + 20
}

function draw({ title, bars, goal, reference }: Group, top: number): string {
  const first = top + 12
  const goalX = LEFT + goal * FULL
  const end = first + bars.length * (BAR + GAP) - GAP
  return [
    `<text x="20" y="${top}"><tspan class="title">${escapeText(title)}</tspan><tspan class="quiet"> · ${escapeText(reference)}</tspan></text>`,
    ...bars.map(({ name, share, label, ours }, i) => {
      const y = first + i * (BAR + GAP)
      const length = Math.max(1.5, Math.min(LONGEST, share) * FULL)
      const text = LEFT + Math.max(length, FULL) + 10
      return [
        `<text x="${LEFT - 10}" y="${y + BAR - 3}" text-anchor="end"${ours ? ' class="title"' : ''}>${escapeText(name)}</text>`,
        `<rect class="track" x="${LEFT}" y="${y}" width="${FULL}" height="${BAR}" rx="2"/>`,
        `<rect class="${ours ? 'ours' : 'peer'}" x="${LEFT}" y="${y}" width="${length.toFixed(1)}" height="${BAR}" rx="2"/>`,
        `<text class="quiet" x="${text.toFixed(1)}" y="${y + BAR - 3}">${escapeText(label)}</text>`
      ].join('')
    }),
    `<line class="goal" x1="${goalX.toFixed(1)}" x2="${goalX.toFixed(1)}" y1="${first - 3}" y2="${end + 3}"/>`
  ].join('\n')
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
