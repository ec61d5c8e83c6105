import { KIB } from '../content.ts'
import { idleMap } from '../limits/idle-map.ts'
import { levelOpen } from '../limits/level-open.ts'
import { sha256Bundle } from '../limits/sha256-bundle.ts'
import { coreBundle } from '../ours/bundle.ts'
import { idleFeeds } from '../ours/idle-feeds.ts'
import { openLarge, writeLarge } from '../ours/open-large.ts'
import { browserSizes } from '../peers/browser-size.ts'
import { idleCores } from '../peers/hypercore/idle.ts'
import type { Work } from '../work.ts'

/** What must stay small however much there is. */
export const scale: Record<string, Work> = {
  'idle-feeds': {
    title: 'memory of each of 1,000 idle open feeds in classic-level',
    unit: 'KiB a feed',
    better: 'lower',
    size: { count: 1000, length: 0 },
    tiny: { count: 20, length: 0 },
    value: (bytes) => bytes / KIB,
    goal: 4,
    limit: idleMap,
    ours: idleFeeds,
    peers: { 'hypercore 11': idleCores }
  },
  'browser-size': {
    title: 'core for browsers, minified and gzipped',
    unit: 'kB',
    better: 'lower',
    size: { count: 1, length: 0 },
    tiny: { count: 1, length: 0 },
    value: (bytes) => bytes / 1000,
    goal: 25,
    limit: sha256Bundle,
    ours: coreBundle,
    peers: browserSizes,
    without: { 'hypercore 11': 'needs native modules', 'iroh-blobs': 'is native' }
  },
  'open-large': {
    title: 'open a feed of 10,000,000 blocks in classic-level',
    unit: 'ms',
    better: 'lower',
    size: { count: 10_000_000, length: 8 },
    tiny: { count: 20_000, length: 8 },
    value: (seconds) => seconds * 1000,
    goal: 20,
    prepare: writeLarge,
    limit: levelOpen,
    ours: openLarge,
    peers: {},
    without: { 'hypercore 11': 'takes many minutes to write so many blocks' }
  }
}
