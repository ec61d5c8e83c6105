import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { SourcePackage } from './dependencies.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

interface Manifest {
  readonly name: string
  readonly private?: boolean
  readonly workspaces?: readonly string[]
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  /** Programs that are bundled whole: what they import is a matter of the build. */
  readonly pages?: object
}

/** The published packages of this tree. */
export function sourcePackages(): SourcePackage[] {
  return (manifest('').workspaces ?? []).filter((folder) => !manifest(folder).private).map(read)
}

function read(folder: string): SourcePackage {
  const { name, dependencies, peerDependencies, optionalDependencies, devDependencies, pages } = manifest(folder)
  const src = join(root, folder, 'src')
  const files = (existsSync(src) ? readdirSync(src, { recursive: true, encoding: 'utf8' }) : [])
    .filter((file) => /\.[cm]?tsx?$/.test(file))
    .map((file): [string, string] => [`src/${file.replaceAll('\\', '/')}`, readFileSync(join(src, file), 'utf8')])
  return {
    name,
    folder,
    dependencies: Object.keys({
      ...dependencies,
      ...peerDependencies,
      ...optionalDependencies,
      ...(pages && devDependencies)
    }),
    files: new Map(files)
  }
}

function manifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest
}
