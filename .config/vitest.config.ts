import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const root = fileURLToPath(new URL('..', import.meta.url))

// Tests in this process run on the sources; child processes and packed packages run on the build.
const sources = Object.fromEntries(
  [
    'packages/interfaces',
    'packages/core',
    'packages/adapter-kit',
    'packages/hypercore',
    'adapters/storage-memory',
    'adapters/storage-level',
    'adapters/transport-memory',
    'adapters/transport-messageport',
    'adapters/transport-tcp',
    'adapters/discovery-memory',
    'adapters/discovery-mdns',
    'adapters/discovery-bittorrent',
    'adapters/transport-libp2p',
    'adapters/discovery-libp2p',
    'packages/swarm',
    'packages/web',
    'conformance'
  ].map((folder) => [`@anyfeed/${folder.split('/').at(-1)}`, `${root}${folder}/src/index.ts`])
)

export default defineConfig({
  root,
  resolve: {
    alias: [
      { find: '@anyfeed/transport-libp2p/node', replacement: `${root}adapters/transport-libp2p/src/node.ts` },
      { find: '#platform', replacement: `${root}packages/core/src/platform/node.ts` },
      { find: '#media', replacement: `${root}adapters/transport-libp2p/src/media/node.ts` },
      ...Object.entries(sources).map(([name, file]) => ({ find: new RegExp(`^${name}$`), replacement: file }))
    ]
  },
  test: {
    include: ['{packages,adapters}/*/test/**/*.test.ts', 'conformance/test/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'test/browser/**'],
    globalSetup: ['.config/browser-tests.ts'],
    // Files wait more than they work: two at a time at least, on two cores too, where one would be the default.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 60_000,
    hookTimeout: 60_000
  }
})
