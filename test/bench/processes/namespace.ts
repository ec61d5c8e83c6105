import { spawnSync } from 'node:child_process'

/** Brings up loopback, the only interface of a fresh network namespace, and becomes the command that follows. */
const SETUP = 'ip link set lo up && exec "$0" "$@"'

/** What to put before a command so that it runs where there is no network but loopback. */
export const LOOPBACK_ALONE = ['unshare', '--user', '--map-root-user', '--net', 'sh', '-c', SETUP]

/** Whether this machine lets a process have a network namespace of its own. Linux only. */
export function hasNamespaces(): boolean {
  const [command = '', ...args] = [...LOOPBACK_ALONE, 'true']
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0
}
