import { runInNewContext } from 'node:vm'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { BUNDLERS } from './bundle.ts'

const FOR_PAGES = [
  '@anyfeed/interfaces',
  '@anyfeed/core',
  '@anyfeed/adapter-kit',
  '@anyfeed/swarm',
  '@anyfeed/hypercore',
  '@anyfeed/storage-memory',
  '@anyfeed/storage-level',
  '@anyfeed/transport-memory',
  '@anyfeed/transport-messageport',
  '@anyfeed/transport-libp2p',
  '@anyfeed/transport-libp2p/node',
  '@anyfeed/discovery-memory',
  '@anyfeed/discovery-libp2p'
]
const FOR_NODE = ['@anyfeed/transport-tcp', '@anyfeed/discovery-mdns', '@anyfeed/discovery-bittorrent', 'anyfeed']

/** Kilobytes of a thousand bytes. */
const CORE_LIMIT = 25

/** A program that keeps all of a package: nothing of it is shaken off. */
const all = (name: string) => `import * as all from '${name}'; globalThis.all = { ...all }`

for (const [bundler, bundle] of Object.entries(BUNDLERS)) {
  describe(`bundled for a page by ${bundler}, as it is`, () => {
    it.each(FOR_PAGES)('%s', async (name) => {
      const { text, missing } = await bundle(all(name))
      expect(missing).toEqual([])
      expect(text.length).toBeGreaterThan(500)
    })

    it('errors keep their names', async () => {
      const { text } = await bundle(`import * as all from '@anyfeed/interfaces'
        const errors = Object.entries(all).filter(([name]) => /.Error$/.test(name) && name !== 'AnyfeedError')
        globalThis.named = errors.map(([name, Made]) => [name, new Made('ERR_CONNECTION_RESET', '').name])`)
      const { named } = runInNewContext(`${text};globalThis`) as { named: Array<[string, string]> }
      expect(named.length).toBeGreaterThan(10)
      for (const [exported, name] of named) expect(name).toBe(exported)
    })

    it.each(FOR_NODE)('%s says that it needs Node', async (name) => {
      await expect(bundle(all(name))).rejects.toThrow(`${name} ${name === 'anyfeed' ? 'is' : 'needs Node'}`)
    })
  })
}

describe('the core for a page', () => {
  it(`is under ${CORE_LIMIT} kB minified and gzipped, all that it depends on included`, async () => {
    const { text } = await (BUNDLERS.esbuild as (typeof BUNDLERS)[string])("export * from '@anyfeed/core'")
    expect(gzipSync(text, { level: 9 }).length).toBeLessThan(CORE_LIMIT * 1000)
  })
})
