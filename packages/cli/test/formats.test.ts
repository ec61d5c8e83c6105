import { expect, it } from 'vitest'
import { inBlocks } from '../src/blocks.ts'
import { formatBytes, formatRate } from '../src/output/byte-format.ts'
import { countOf } from '../src/output/count-format.ts'
import { formatClock, formatDuration } from '../src/output/duration-format.ts'
import { Pace } from '../src/output/pace.ts'
import { progressBar } from '../src/output/progress-bar.ts'
import { Rate } from '../src/output/rate.ts'
import { Status } from '../src/output/status.ts'

const MIB = 1024 * 1024

it.each([
  [0, '0 B'],
  [1, '1 B'],
  [1023, '1023 B'],
  [1024, '1 KiB'],
  [1536, '1.5 KiB'],
  [10_240, '10 KiB'],
  [100_000, '97.7 KiB'],
  [1023 * 1024, '1 MiB'],
  [126_595_440, '121 MiB'],
  [5 * 1024 ** 3, '5 GiB'],
  [2 ** 53, '8 PiB'],
  [2 ** 63, '8192 PiB']
])('%d bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text)
})

it('formats rates and counts', () => {
  expect(formatRate(1536)).toBe('1.5 KiB/s')
  expect(countOf(1, 'block')).toBe('1 block')
  expect(countOf(1932, 'block')).toBe('1,932 blocks')
})

it.each([
  [0, '0 s', '0:00'],
  [0.456, '0.46 s', '0:00'],
  [9.06, '9.1 s', '0:09'],
  [59.4, '59 s', '0:59'],
  [59.6, '1:00 min', '1:00'],
  [3599.6, '1:00:00 h', '1:00:00'],
  [7389, '2:03:09 h', '2:03:09'],
  [273_600, '3 d 4 h', '3 d 4 h']
])('%d seconds are %s, or %s', (seconds, duration, clock) => {
  expect(formatDuration(seconds)).toBe(duration)
  expect(formatClock(seconds)).toBe(clock)
})

it('measures a rate over the last seconds only', () => {
  const rate = new Rate()
  rate.sample(0, 0)
  expect(rate.at(1000)).toBeUndefined()
  rate.sample(1000, 1000)
  expect(rate.at(1000)).toBe(1000)
  for (let second = 2; second <= 10; second++) rate.sample(1000 + 100 * (second - 1), 1000 * second)
  expect(rate.at(10_000)).toBe(100)
  expect(rate.at(13_000)).toBe(50)
})

it('tells each percent, and now and then', () => {
  const pace = new Pace()
  const due = (done: number, now: number) => pace.due(done, 1000, now)
  expect([due(0, 0), due(5, 1), due(10, 2), due(11, 3), due(12, 203), due(13, 204)]).toEqual([
    true,
    false,
    true,
    false,
    true,
    false
  ])
})

it.each([20, 30, 40, 60, 80, 100, 200])('draws a line that fits into %d columns', (columns) => {
  for (const fraction of [undefined, 0, 0.333, 1]) {
    const bar = { label: 'fetching', fraction, bytes: 40 * MIB, totalBytes: 120 * MIB, bytesPerSecond: 10 * MIB }
    expect(progressBar({ ...bar, note: '1 peer' }, columns).length).toBeLessThan(columns)
  }
})

it('draws how much is done, how fast, and how long it will take', () => {
  const bar = { label: 'fetching', fraction: 0.25, bytes: 30 * MIB, totalBytes: 120 * MIB, bytesPerSecond: 10 * MIB }
  const drawn = `${'━'.repeat(10)}${'─'.repeat(30)}`
  expect(progressBar(bar, 120)).toBe(`fetching  ${drawn}  25%  30 MiB of 120 MiB  10 MiB/s  0:09 left`)
  expect(progressBar({ ...bar, fraction: undefined, totalBytes: undefined }, 120)).toBe('fetching  30 MiB  10 MiB/s')
})

it('says what is wrong with the peers while none is there', () => {
  const status = new Status({ event: 'progress', action: 'fetch', blocks: 0, bytes: 0, peers: 0 }, 0)
  const address = '/ip4/127.0.0.1/tcp/1'
  const peer = { event: 'peer', address, transport: 'tcp', foundBy: ['mdns'], peers: 0 } as const
  status.looking({ event: 'looking', id: 'ab'.repeat(32), found: { 'kad-dht': 0, mdns: 1 }, peers: 0 })
  const looking = 'looking for peers: kad-dht found 0, mdns found 1, 0 connected'
  expect(status.line(120, 1)).toBe(`fetching  0 B  ${looking}`)
  status.peer({ ...peer, state: 'failed', reason: 'connection refused' })
  expect(status.line(120, 1)).toBe('fetching  0 B  cannot reach /ip4/127.0.0.1/tcp/1: connection refused; trying again')
  status.peer({ ...peer, state: 'connected', peers: 1 })
  expect(status.line(120, 2)).toBe('fetching  0 B  1 peer')
})

async function cut(...chunks: string[]): Promise<string[]> {
  const blocks: string[] = []
  const bytes = chunks.map((chunk) => Buffer.from(chunk))
  for await (const block of inBlocks(bytes, 4)) blocks.push(Buffer.from(block).toString())
  return blocks
}

it('cuts a stream into blocks, however its chunks lie', async () => {
  const blocks = ['abcd', 'efgh', 'ij']
  expect(await cut('abcdefghij')).toEqual(blocks)
  expect(await cut(...'abcdefghij')).toEqual(blocks)
  expect(await cut('abc', '', 'defghi', 'j')).toEqual(blocks)
  expect(await cut('abcd', 'efgh')).toEqual(['abcd', 'efgh'])
  expect(await cut()).toEqual([''])
  expect(await cut('', '')).toEqual([''])
})
