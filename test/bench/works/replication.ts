import { KIB, MIB } from '../content.ts'
import { libp2pStream } from '../limits/libp2p-stream.ts'
import { tcpLevel } from '../limits/tcp-level.ts'
import { tcpMemory } from '../limits/tcp-memory.ts'
import { treeHashing } from '../limits/tree-hashing.ts'
import { replicate } from '../ours/replicate.ts'
import { libp2pLink } from '../ours/transports.ts'
import { replicate as heliaReplicate } from '../peers/helia/replicate.ts'
import { replicate as hypercoreReplicate } from '../peers/hypercore/replicate.ts'
import { replicate as hypercore1Replicate } from '../peers/hypercore-1/replicate.ts'
import { replicate as irohReplicate } from '../peers/iroh-blobs/replicate.ts'
import { replicate as webtorrentReplicate } from '../peers/webtorrent/replicate.ts'
import type { Work } from '../work.ts'
import { blocksPerSecond, mebibytes } from './rate.ts'

const LENGTH = 64 * KIB
const size = { count: (256 * MIB) / LENGTH, length: LENGTH }
/** How many times as fast as the fastest other system in JavaScript. */
const OF_JAVASCRIPT = 4

const tiny = { count: 8, length: LENGTH }

/** Two processes on one machine, and nothing between them. */
export const replication: Record<string, Work> = {
  'replicate-memory': {
    ...mebibytes,
    title: 'replicate 256 MiB in 64 KiB blocks, TCP, memory',
    size,
    tiny,
    goal: 0.75,
    limit: tcpMemory,
    ours: replicate('memory'),
    peers: {
      'hypercore 1': { ...hypercore1Replicate, goal: OF_JAVASCRIPT },
      'hypercore 11': { ...hypercoreReplicate, goal: OF_JAVASCRIPT },
      webtorrent: { ...webtorrentReplicate('memory'), goal: OF_JAVASCRIPT },
      helia: { ...heliaReplicate, goal: OF_JAVASCRIPT },
      'iroh-blobs': { ...irohReplicate('memory'), goal: 1 }
    }
  },
  'replicate-level': {
    ...mebibytes,
    title: 'replicate 256 MiB in 64 KiB blocks, TCP, classic-level on both sides',
    size,
    tiny,
    goal: 0.75,
    limit: tcpLevel,
    ours: replicate('level'),
    peers: {
      'hypercore 11': hypercoreReplicate,
      webtorrent: webtorrentReplicate('disk'),
      'iroh-blobs': irohReplicate('disk')
    },
    without: {
      'hypercore 1': 'its databases are those of levelup 1, of which only memdb can be had today',
      helia: 'keeps blocks in memory unless a store is brought along; see the lines in memory'
    }
  },
  'replicate-libp2p': {
    ...mebibytes,
    title: 'replicate 256 MiB in 64 KiB blocks, libp2p with noise, memory',
    size,
    tiny,
    goal: 0.95,
    limit: libp2pStream,
    ours: replicate('memory', libp2pLink),
    peers: { helia: { ...heliaReplicate, goal: 3 } },
    without: {
      'hypercore 1, hypercore 11, webtorrent, iroh-blobs': 'have no libp2p'
    }
  },
  'replicate-small': {
    ...blocksPerSecond,
    title: 'replicate 100,000 blocks of 100 bytes, TCP, memory',
    size: { count: 100_000, length: 100 },
    tiny: { count: 200, length: 100 },
    goal: 0.4,
    limit: treeHashing,
    ours: replicate('memory'),
    peers: {
      'hypercore 1': { ...hypercore1Replicate, size: { count: 2000, length: 100 } },
      'hypercore 11': { ...hypercoreReplicate, goal: 20 },
      helia: { ...heliaReplicate, size: { count: 10_000, length: 100 } }
    },
    without: { 'webtorrent, iroh-blobs': 'have no blocks of this length: pieces are at least 16 KiB' }
  }
}
