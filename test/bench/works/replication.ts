import { KIB, MIB } from '../content.ts'
import { libp2pStream } from '../limits/libp2p-stream.ts'
import { tcpLevel } from '../limits/tcp-level.ts'
import { tcpMemory } from '../limits/tcp-memory.ts'
import { treeHashing } from '../limits/tree-hashing.ts'
import { replicate } from '../ours/replicate.ts'
import { libp2pLink } from '../ours/transports.ts'
import type { Work } from '../work.ts'
import { blocksPerSecond, mebibytes } from './rate.ts'

const LENGTH = 64 * KIB
const size = { count: (256 * MIB) / LENGTH, length: LENGTH }
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
    peers: {}
  },
  'replicate-level': {
    ...mebibytes,
    title: 'replicate 256 MiB in 64 KiB blocks, TCP, classic-level on both sides',
    size,
    tiny,
    goal: 0.75,
    limit: tcpLevel,
    ours: replicate('level'),
    peers: {}
  },
  'replicate-libp2p': {
    ...mebibytes,
    title: 'replicate 256 MiB in 64 KiB blocks, libp2p with noise, memory',
    size,
    tiny,
    goal: 0.95,
    limit: libp2pStream,
    ours: replicate('memory', libp2pLink),
    peers: {}
  },
  'replicate-small': {
    ...blocksPerSecond,
    title: 'replicate 100,000 blocks of 100 bytes, TCP, memory',
    size: { count: 100_000, length: 100 },
    tiny: { count: 200, length: 100 },
    goal: 0.4,
    limit: treeHashing,
    ours: replicate('memory'),
    peers: {}
  }
}
