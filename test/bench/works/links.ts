import { KIB, MIB } from '../content.ts'
import { tcpMemory } from '../limits/tcp-memory.ts'
import { tcpRoundTrip } from '../limits/tcp-round-trip.ts'
import { firstBlock } from '../ours/first-block.ts'
import { replicate } from '../ours/replicate.ts'
import { sequentialRead } from '../ours/sequential-read.ts'
import { firstBlock as heliaFirst } from '../peers/helia/first-block.ts'
import { replicate as heliaReplicate } from '../peers/helia/replicate.ts'
import { firstBlock as hypercoreFirst, sequentialRead as hypercoreRead } from '../peers/hypercore/far.ts'
import { replicate as hypercoreReplicate } from '../peers/hypercore/replicate.ts'
import { replicate as hypercore1Replicate } from '../peers/hypercore-1/replicate.ts'
import { replicate as webtorrentReplicate } from '../peers/webtorrent/replicate.ts'
import type { Link, Work } from '../work.ts'
import { megabits } from './rate.ts'

const LENGTH = 64 * KIB
const tiny = { count: 4, length: LENGTH }

/** Bytes a second of a link of so many megabits. */
const megabit = (count: number) => (count * 1e6) / 8

const far: Link = { delay: 50 }

/** Links of a given rate and delay between the processes, made by a relay. */
export const overLinks: Record<string, Work> = {
  'four-holders': {
    ...megabits,
    title: 'replicate 32 MiB in 64 KiB blocks from 4 holders with 20 Mbit/s each, memory',
    size: { count: (32 * MIB) / LENGTH, length: LENGTH },
    tiny,
    goal: 0.9,
    holders: 4,
    link: { delay: 1, rate: megabit(20) },
    limit: { ...tcpMemory, does: 'bare TCP over all four links, a quarter each' },
    ours: replicate('memory'),
    peers: {
      'hypercore 1': hypercore1Replicate,
      'hypercore 11': hypercoreReplicate,
      webtorrent: webtorrentReplicate('memory'),
      helia: heliaReplicate
    }
  },
  'first-block': {
    title: 'first block over a link with 50 ms each way, connection open',
    unit: 'round trips',
    better: 'lower',
    size: { count: 1000, length: KIB },
    tiny: { count: 10, length: KIB },
    value: (seconds) => (seconds * 1000) / (2 * far.delay),
    goal: 1.5,
    link: far,
    limit: tcpRoundTrip,
    ours: firstBlock,
    peers: { 'hypercore 11': hypercoreFirst, helia: heliaFirst },
    without: { webtorrent: 'makes a connection of its own for each torrent' }
  },
  'sequential-read': {
    ...megabits,
    title: 'read 64 MiB in 64 KiB blocks from first to last over a link with 100 Mbit/s and 50 ms each way',
    size: { count: (64 * MIB) / LENGTH, length: LENGTH },
    tiny,
    goal: 0.9,
    link: { ...far, rate: megabit(100) },
    limit: { ...tcpMemory, does: 'bare TCP over the same link' },
    ours: sequentialRead,
    peers: { 'hypercore 11': hypercoreRead }
  }
}
