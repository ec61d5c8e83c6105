// Checks every published package as its users get it: packed, then read by publint and by are-the-types-wrong.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
// npm names itself to the scripts that it runs.
const npm = process.env.npm_execpath
if (npm === undefined) throw new Error('run this by `npm run check-packages`')

interface Manifest {
  name: string
  private?: boolean
  workspaces?: string[]
  bin?: Record<string, string>
  exports?: Record<string, Record<string, unknown>>
}

interface Packed {
  filename: string
  files: Array<{ path: string }>
}

function manifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
}

/** A dependency's command as a file for `node`: the same on every platform, unlike what is in `.bin`. */
function command(dependency: string, name: string): string {
  const folder = join(root, 'node_modules', dependency)
  return join(folder, manifest(folder).bin?.[name] as string)
}

function node(args: string[], cwd: string): { ok: boolean; stdout: string; output: string } {
  const { status, stdout, stderr, error } = spawnSync(process.execPath, args, { cwd, encoding: 'utf8' })
  return { ok: status === 0, stdout, output: `${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}` }
}

/** Which ways of resolving a package must work: all that Node knows where it has an entry of its own for `require`. */
function profile(folder: string): 'node16' | 'esm-only' {
  const entries = Object.values(manifest(folder).exports ?? {})
  return entries.some((conditions) => 'require' in conditions) ? 'node16' : 'esm-only'
}

/** The shortcomings of one package; none is how it should be. */
function check(npm: string, folder: string, into: string): string[] {
  const packing = node([npm, 'pack', '--json', '--ignore-scripts', '--pack-destination', into], folder)
  if (!packing.ok) return [`it cannot be packed:\n${packing.output}`]
  const { filename, files } = onlyPacked(JSON.parse(packing.stdout))
  const tarball = join(into, filename)
  const faults: string[] = []
  for (const file of ['README.md', 'LICENSE', 'dist/index.js', 'dist/index.d.ts']) {
    if (!files.some(({ path }) => path === file)) faults.push(`the package lacks ${file}`)
  }
  const publint = node([command('publint', 'publint'), 'run', tarball, '--strict'], folder)
  if (!publint.ok) faults.push(publint.output)
  const types = node(
    [
      command('@arethetypeswrong/cli', 'attw'),
      tarball,
      '--profile',
      profile(folder),
      '--format',
      'ascii',
      '--no-emoji'
    ],
    folder
  )
  if (!types.ok) faults.push(types.output)
  return faults
}

/** npm 10 and 11 print a list, npm 12 a record by name. */
function onlyPacked(json: unknown): Packed {
  return (Array.isArray(json) ? json[0] : Object.values(json as object)[0]) as Packed
}

const into = mkdtempSync(join(tmpdir(), 'anyfeed-packages-'))
try {
  for (const workspace of manifest(root).workspaces ?? []) {
    const folder = join(root, workspace)
    const { name, private: unpublished } = manifest(folder)
    if (unpublished) continue
    const faults = check(npm, folder, into)
    console.log(`${faults.length === 0 ? 'ok  ' : 'FAIL'} ${name}`)
    for (const fault of faults) console.log(fault)
    if (faults.length > 0) process.exitCode = 1
  }
} finally {
  rmSync(into, { recursive: true, force: true })
}
