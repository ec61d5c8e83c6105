import { hashToArray, hashToLevel, receiveBlocks, sendBlocks } from './bare.ts'
import { BLOCK, COUNT, MIB, TOTAL } from './content.ts'
import { append, fetch, serve } from './ours.ts'
import type { Work } from './work.ts'

const SMALL = 100
const SMALL_COUNT = 100_000

/** The lines of the benchmark, by name. */
export const works: Record<string, Work> = {
  'append-memory': {
    title: 'append 256 MiB in 64 KiB blocks, memory',
    unit: 'MiB/s',
    amount: TOTAL / MIB,
    bare: 'SHA-256 of each block, into an array',
    goal: 0.5,
    ours: { run: () => append(COUNT, BLOCK, 'array') },
    limit: { run: () => hashToArray(COUNT, BLOCK) }
  },
  'append-level': {
    title: 'append 256 MiB in 64 KiB blocks, classic-level',
    unit: 'MiB/s',
    amount: TOTAL / MIB,
    bare: 'SHA-256 of each block, batched puts to sequential keys',
    goal: 0.5,
    ours: { run: () => append(COUNT, BLOCK, 'level') },
    limit: { run: () => hashToLevel(COUNT, BLOCK) }
  },
  'replicate-memory': {
    title: 'replicate 256 MiB in 64 KiB blocks, TCP, two processes, memory',
    unit: 'MiB/s',
    amount: TOTAL / MIB,
    bare: 'bare TCP, SHA-256 of each block on the receiving side',
    goal: 0.5,
    ours: { serve: () => serve(COUNT, BLOCK, 'array'), run: (where) => fetch('array', where) },
    limit: {
      serve: () => sendBlocks(COUNT, BLOCK, 'array'),
      run: (port) => receiveBlocks(COUNT, BLOCK, 'array', port)
    }
  },
  'replicate-level': {
    title: 'replicate 256 MiB in 64 KiB blocks, TCP, two processes, classic-level',
    unit: 'MiB/s',
    amount: TOTAL / MIB,
    bare: 'reads from LevelDB, bare TCP, SHA-256 of each block, batched puts to sequential keys',
    goal: 0.5,
    ours: { serve: () => serve(COUNT, BLOCK, 'level'), run: (where) => fetch('level', where) },
    limit: {
      serve: () => sendBlocks(COUNT, BLOCK, 'level'),
      run: (port) => receiveBlocks(COUNT, BLOCK, 'level', port)
    }
  },
  'append-small': {
    title: 'append 100,000 blocks of 100 bytes, memory',
    unit: 'blocks/s',
    amount: SMALL_COUNT,
    bare: 'SHA-256 of each block, into an array',
    ours: { run: () => append(SMALL_COUNT, SMALL, 'array') },
    limit: { run: () => hashToArray(SMALL_COUNT, SMALL) }
  },
  'replicate-small': {
    title: 'replicate 100,000 blocks of 100 bytes, TCP, two processes, memory',
    unit: 'blocks/s',
    amount: SMALL_COUNT,
    bare: 'bare TCP, SHA-256 of each block on the receiving side',
    ours: { serve: () => serve(SMALL_COUNT, SMALL, 'array'), run: (where) => fetch('array', where) },
    limit: {
      serve: () => sendBlocks(SMALL_COUNT, SMALL, 'array'),
      run: (port) => receiveBlocks(SMALL_COUNT, SMALL, 'array', port)
    }
  }
}
