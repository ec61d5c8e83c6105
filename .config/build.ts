// Builds every published package with tsup, each after the packages that it depends on, and gives each the licence.
import { spawn } from 'node:child_process'
import { copyFileSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const tsup = createRequire(import.meta.url).resolve('tsup/dist/cli-default.js')
const defaults = ['--format', 'esm', '--target', 'node22', '--dts', '--clean', '--sourcemap', '--silent']

interface Manifest {
  name: string
  private?: boolean
  workspaces?: string[]
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
  /** Entries and options that differ from `src/index.ts` and the defaults. */
  build?: string[]
  /** What a package serves to browsers: programs that are bundled whole, and files as they are, all to `dist/page`. */
  pages?: { programs: string[]; files: string[] }
}

function manifest(folder: string): Manifest {
  return JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')) as Manifest
}

function run(folder: string, args: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [tsup, ...args], { cwd: folder, stdio: 'inherit' })
    child.on('error', reject)
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`the build of ${folder} failed`))))
  })
}

/** Bundles programs for browsers, from what the packages below have built. */
async function bundle(folder: string, { programs, files }: NonNullable<Manifest['pages']>): Promise<void> {
  const outdir = `${folder}/dist/page`
  const { build } = await import('esbuild')
  await build({
    absWorkingDir: folder,
    entryPoints: programs,
    outdir,
    bundle: true,
    format: 'iife',
    platform: 'browser',
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
    // The tree's own has paths into the sources of other packages.
    tsconfigRaw: '{}'
  })
  for (const file of files) copyFileSync(`${folder}/${file}`, `${outdir}/${basename(file)}`)
}

const built = new Map<string, Promise<void>>()

for (const workspace of manifest(root).workspaces ?? []) {
  const folder = `${root}${workspace}`
  const {
    name,
    private: unpublished,
    dependencies = {},
    devDependencies = {},
    build = ['src/index.ts'],
    pages
  } = manifest(folder)
  if (unpublished) continue
  copyFileSync(`${root}LICENSE`, `${folder}/LICENSE`)
  const before = Object.keys({ ...dependencies, ...devDependencies }).flatMap(
    (dependency) => built.get(dependency) ?? []
  )
  built.set(
    name,
    Promise.all(before)
      .then(() => run(folder, [...build, ...defaults]))
      .then(() => pages && bundle(folder, pages))
  )
}

try {
  await Promise.all(built.values())
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
}
