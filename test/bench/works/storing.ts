import { KIB, MIB } from '../content.ts'
import { levelAppend } from '../limits/level-append.ts'
import { levelGet } from '../limits/level-get.ts'
import { durableAppend } from '../ours/append.ts'
import { randomGet } from '../ours/random-get.ts'
import { append } from '../peers/hypercore/append.ts'
import { randomGet as hypercoreGet } from '../peers/hypercore/random-get.ts'
import type { Work } from '../work.ts'
import { blocksPerSecond, mebibytes } from './rate.ts'

const LENGTH = 64 * KIB
const size = { count: (256 * MIB) / LENGTH, length: LENGTH }
const tiny = { count: 40, length: LENGTH }

/** One process and its disk. */
export const storing: Record<string, Work> = {
  'append-durable': {
    ...mebibytes,
    title: 'append 256 MiB in 64 KiB blocks to classic-level, acknowledged when durable',
    size,
    tiny,
    goal: 0.8,
    limit: levelAppend,
    ours: durableAppend,
    peers: { 'hypercore 11': append }
  },
  'get-random': {
    ...blocksPerSecond,
    title: 'get each of 4,096 stored blocks of 64 KiB, in an order by chance, classic-level',
    size,
    tiny,
    goal: 0.8,
    limit: levelGet,
    ours: randomGet,
    peers: { 'hypercore 11': hypercoreGet }
  }
}
