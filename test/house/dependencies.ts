import { isBuiltin } from 'node:module'
import { posix } from 'node:path'
import ts from 'typescript'

/** A package as its folder shows it. */
export interface SourcePackage {
  readonly name: string
  /** The folder, from the root, such as `packages/core`. */
  readonly folder: string
  /** The names in `dependencies`, `peerDependencies` and `optionalDependencies`. */
  readonly dependencies: readonly string[]
  /** The text of each file below `src`, by its path from the folder, such as `src/index.ts`. */
  readonly files: ReadonlyMap<string, string>
}

type Layer = 'interfaces' | 'kit' | 'core' | 'swarm' | 'web' | 'face' | 'adapter' | 'conformance' | 'testing'

/** Which layers a layer may build on: dependencies run one way (docs/architecture.md). */
const BELOW: Readonly<Record<Layer, readonly Layer[]>> = {
  interfaces: [],
  kit: ['interfaces'],
  core: ['interfaces'],
  swarm: ['interfaces', 'core'],
  web: ['interfaces', 'kit', 'core', 'swarm', 'adapter'],
  face: ['interfaces', 'core', 'swarm', 'web', 'adapter'],
  adapter: ['interfaces', 'kit'],
  conformance: ['interfaces', 'core', 'swarm'],
  testing: ['interfaces', 'core', 'swarm']
}

/** Layers that run anywhere, and so import nothing of Node's; the platform folder is where the outside comes in. */
const PORTABLE: ReadonlySet<Layer> = new Set(['interfaces', 'kit', 'core'])
const PLATFORM = 'src/platform/'

/**
 * What is wrong with the way in which packages depend on each other, a sentence each; none is how it should be.
 * Imports of types count as all others.
 */
export function dependencyFaults(packages: readonly SourcePackage[]): string[] {
  const layers = new Map(packages.map((each) => [each.name, layerOf(each)]))
  return packages.flatMap((each) => [
    ...manifestFaults(each, layers),
    ...[...each.files].flatMap(([file, text]) => importFaults(each, file, text, layers)),
    ...cycles(each)
  ])
}

function layerOf({ folder }: SourcePackage): Layer | undefined {
  const [group, name] = folder.split('/')
  if (group === 'adapters') return 'adapter'
  if (group === 'conformance') return 'conformance'
  if (name === 'adapter-kit') return 'kit'
  if (name === 'hypercore' || name === 'cli') return 'face'
  return name !== undefined && name in BELOW ? (name as Layer) : undefined
}

type Layers = ReadonlyMap<string, Layer | undefined>

function manifestFaults(from: SourcePackage, layers: Layers): string[] {
  if (layers.get(from.name) === undefined) return [`${from.name} has no place in the order of the packages`]
  return from.dependencies.flatMap((name) => {
    const fault = directionFault(from.name, name, layers)
    return fault === undefined ? [] : [`package.json of ${fault}`]
  })
}

function importFaults(from: SourcePackage, file: string, text: string, layers: Layers): string[] {
  const where = `${from.folder}/${file}`
  const portable = PORTABLE.has(layers.get(from.name) as Layer) && !file.startsWith(PLATFORM)
  return importsOf(text).flatMap((specifier) => {
    if (specifier.startsWith('.')) {
      const target = posix.join(posix.dirname(file), specifier)
      return target.startsWith('src/') ? [] : [`${where} imports ${specifier}, which lies outside of its package's src`]
    }
    if (specifier.startsWith('#')) return []
    if (isBuiltin(specifier)) return portable ? [`${where} imports ${specifier}: it must run anywhere`] : []
    const name = packageOf(specifier)
    const fault = directionFault(from.name, name, layers)
    if (fault !== undefined) return [`${where}: ${fault}`]
    return from.dependencies.includes(name) ? [] : [`${where} imports ${name}, which package.json does not name`]
  })
}

function directionFault(from: string, to: string, layers: Layers): string | undefined {
  if (!layers.has(to) || from === to) return undefined
  const [above, below] = [layers.get(from), layers.get(to)]
  if (above !== undefined && below !== undefined && BELOW[above].includes(below)) return undefined
  return `${from} (${above}) may not depend on ${to} (${below})`
}

/** Each cycle of imports within a package, once. */
function cycles({ folder, files }: SourcePackage): string[] {
  const done = new Set<string>()
  const path: string[] = []
  const found: string[] = []
  const visit = (file: string) => {
    const at = path.indexOf(file)
    if (at !== -1) {
      found.push(`import cycle in ${folder}: ${[...path.slice(at), file].join(' -> ')}`)
      return
    }
    if (done.has(file)) return
    path.push(file)
    for (const specifier of importsOf(files.get(file) ?? '')) {
      if (specifier.startsWith('.')) visit(posix.join(posix.dirname(file), specifier))
    }
    path.pop()
    done.add(file)
  }
  for (const file of files.keys()) visit(file)
  return found
}

/** Everything that a file imports: values and types, static and dynamic, and what it exports anew. */
function importsOf(text: string): string[] {
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName)
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}
