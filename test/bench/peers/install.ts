import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const folder = new URL('.', import.meta.url)

/** npm's own patience with a registry that does not answer is minutes for each of a thousand packages. */
const GIVE_UP_SOON = ['--fetch-retries=1', '--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=2000']

/** Milliseconds that an installation may take. */
const DEADLINE = 10 * 60 * 1000

/**
 * As the lock file says, which stays as it is. Not `npm ci`: that refuses a lock file without the optional packages of
 * other platforms that iroh names and has never published.
 */
const INSTALL = [
  'install',
  '--no-save',
  '--ignore-scripts',
  '--no-audit',
  '--no-fund',
  '--loglevel=error',
  ...GIVE_UP_SOON
]

/**
 * Installs the workspace of the other systems as its lock file says, unless that is how it is. Returns what went wrong,
 * if anything did: without a network, there are no peers.
 */
export function installPeers(): string | undefined {
  if (installed()) return undefined
  const npm = process.env.npm_execpath
  const [command, ...before] = npm === undefined ? ['npm'] : [process.execPath, npm]
  const { status, stderr, error } = spawnSync(command as string, [...before, ...INSTALL], {
    cwd: fileURLToPath(folder),
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    timeout: DEADLINE,
    // npm hands its own options on to the scripts that it runs: they are of the workspace above.
    env: { ...process.env, npm_config_workspaces: 'false' }
  })
  if (status === 0) return undefined
  return `could not be installed: ${error?.message ?? reasonOf(stderr)}`
}

/** The version of an installed package; `undefined` where it is not there, as one for other platforms. */
export function versionOf(name: string): string | undefined {
  const file = new URL(`node_modules/${name}/package.json`, folder)
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version : undefined
}

interface Lock {
  readonly packages: Readonly<Record<string, { readonly version?: string; readonly optional?: boolean }>>
}

/** Whether npm's record of what it installed has everything that the lock file asks for. */
function installed(): boolean {
  const record = new URL('node_modules/.package-lock.json', folder)
  if (!existsSync(record)) return false
  const { packages: wanted } = readLock(new URL('package-lock.json', folder))
  const { packages: here } = readLock(record)
  return Object.entries(wanted).every(
    ([path, { version, optional }]) => path === '' || optional || here[path]?.version === version
  )
}

function readLock(file: URL): Lock {
  return JSON.parse(readFileSync(file, 'utf8')) as Lock
}

/** npm's code for what went wrong, such as `ECONNREFUSED`. */
function reasonOf(complaint: string): string {
  return `npm says ${/^npm error code (\S+)$/m.exec(complaint)?.[1] ?? 'nothing more'}`
}
