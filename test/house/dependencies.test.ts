import { describe, expect, it } from 'vitest'
import { dependencyFaults, type SourcePackage } from './dependencies.ts'
import { sourcePackages } from './source-packages.ts'

describe('the packages of this tree', () => {
  it('are read with their sources', () => {
    const packages = sourcePackages()
    expect(packages.map(({ name }) => name)).toEqual(expect.arrayContaining(['@anyfeed/interfaces', '@anyfeed/core']))
    for (const { name, files } of packages) expect([...files.keys()], name).toContain('src/index.ts')
  })

  it('depend on each other one way, without cycles', () => {
    expect(dependencyFaults(sourcePackages())).toEqual([])
  })
})

describe('a planted violation is found', () => {
  const planted: Array<[what: string, tree: SourcePackage[], fault: RegExp]> = [
    [
      'an adapter that names another adapter in its package.json',
      tree({ 'adapters/a': { dependencies: ['@anyfeed/b'] }, 'adapters/b': {} }),
      /^package\.json of @anyfeed\/a \(adapter\) may not depend on @anyfeed\/b \(adapter\)$/
    ],
    [
      'a kit that knows Node',
      tree({ 'packages/adapter-kit': { files: { 'src/x.ts': "import 'node:net'" } } }),
      /^packages\/adapter-kit\/src\/x\.ts imports node:net: it must run anywhere$/
    ],
    [
      'a kit that imports an adapter',
      tree({ 'packages/adapter-kit': { dependencies: ['@anyfeed/a'] }, 'adapters/a': {} }),
      /@anyfeed\/adapter-kit \(kit\) may not depend on @anyfeed\/a \(adapter\)$/
    ],
    [
      'an adapter that imports the core',
      tree({
        'packages/core': {},
        'adapters/a': { dependencies: ['x'], files: { 'src/index.ts': "import '@anyfeed/core'" } }
      }),
      /^adapters\/a\/src\/index\.ts: @anyfeed\/a \(adapter\) may not depend on @anyfeed\/core \(core\)$/
    ],
    [
      'a type that the core takes from an adapter',
      tree({
        'adapters/a': {},
        'packages/core': { files: { 'src/x.ts': "import type { A } from '@anyfeed/a/deep'" } }
      }),
      /@anyfeed\/core \(core\) may not depend on @anyfeed\/a/
    ],
    [
      'interfaces that export what is in the core',
      tree({ 'packages/core': {}, 'packages/interfaces': { files: { 'src/x.ts': "export * from '@anyfeed/core'" } } }),
      /@anyfeed\/interfaces \(interfaces\) may not depend on @anyfeed\/core/
    ],
    [
      'a core that knows Node',
      tree({ 'packages/core': { files: { 'src/x.ts': "const fs = await import('node:fs')" } } }),
      /^packages\/core\/src\/x\.ts imports node:fs: it must run anywhere$/
    ],
    [
      'interfaces that know Node by an old name',
      tree({ 'packages/interfaces': { files: { 'src/x.ts': "import { EventEmitter } from 'events'" } } }),
      /^packages\/interfaces\/src\/x\.ts imports events: it must run anywhere$/
    ],
    [
      'an import that package.json does not name',
      tree({ 'adapters/a': { files: { 'src/index.ts': "import x from 'left-pad/lib.js'" } } }),
      /imports left-pad, which package\.json does not name$/
    ],
    [
      "a path into another package's folder",
      tree({ 'adapters/a': { files: { 'src/index.ts': "import '../../b/src/index.ts'" } } }),
      /lies outside of its package's src$/
    ],
    [
      'a cycle of types',
      tree({
        'adapters/a': {
          files: {
            'src/a.ts': "import type { B } from './deep/b.ts'",
            'src/deep/b.ts': "import { type C } from '../c.ts'",
            'src/c.ts': "export type { A } from './a.ts'"
          }
        }
      }),
      /^import cycle in adapters\/a: src\/a\.ts -> src\/deep\/b\.ts -> src\/c\.ts -> src\/a\.ts$/
    ],
    ['a package that nobody has placed', tree({ 'packages/misc': {} }), /@anyfeed\/misc has no place/]
  ]

  it.each(planted)('%s', (_, packages, fault) => {
    expect(dependencyFaults(packages)).toEqual([expect.stringMatching(fault)])
  })

  it('and what is in order is not', () => {
    const sound = tree({
      'packages/interfaces': { files: { 'src/index.ts': "export * from './a.ts'", 'src/a.ts': '' } },
      'packages/core': {
        dependencies: ['@anyfeed/interfaces'],
        files: {
          'src/index.ts': "import '@anyfeed/interfaces'\nimport '#platform'",
          'src/platform/node.ts': "import { createHash } from 'node:crypto'"
        }
      },
      'packages/adapter-kit': { dependencies: ['@anyfeed/interfaces'] },
      'adapters/a': {
        dependencies: ['@anyfeed/adapter-kit', '@anyfeed/interfaces'],
        files: { 'src/index.ts': "import '@anyfeed/adapter-kit'\nimport 'node:net'" }
      },
      'packages/cli': {
        dependencies: ['@anyfeed/core', '@anyfeed/a'],
        files: { 'src/index.ts': "import '@anyfeed/a'\nimport '@anyfeed/core'" }
      }
    })
    expect(dependencyFaults(sound)).toEqual([])
  })
})

type Planted = { dependencies?: string[]; files?: Record<string, string> }

function tree(packages: Record<string, Planted>): SourcePackage[] {
  return Object.entries(packages).map(([folder, { dependencies = [], files = {} }]) => ({
    name: `@anyfeed/${folder.split('/')[1]}`,
    folder,
    dependencies,
    files: new Map(Object.entries(files))
  }))
}
