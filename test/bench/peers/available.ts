import { installPeers, versionOf } from './install.ts'
import { systems } from './systems.ts'

/** Which systems can take part on this machine. */
export interface Available {
  readonly versions: Readonly<Record<string, string>>
  /** Those that cannot, and why. */
  readonly leftOut: Readonly<Record<string, string>>
}

/** Installs what is missing. `isolated`: whether a network namespace can be had. */
export function availablePeers(isolated: boolean): Available {
  const failure = installPeers()
  const versions: Record<string, string> = {}
  const leftOut: Record<string, string> = {}
  for (const [name, system] of Object.entries(systems)) {
    const version = versionOf(system.package)
    if (failure !== undefined) leftOut[name] = failure
    else if (version === undefined) leftOut[name] = 'not to be had for this platform'
    else if (system.isolated && !isolated) leftOut[name] = 'runs only in a network namespace, which cannot be had here'
    else versions[name] = version
  }
  return { versions, leftOut }
}
