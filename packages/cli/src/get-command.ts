import { isLoopback } from './addresses.ts'
import { type NetworkOptions, OWN_DHT } from './network/options.ts'
import { defaultStore } from './store.ts'

export interface GetCommandOptions extends Pick<NetworkOptions, 'bootstrap' | 'dht' | 'discovery'> {
  /** Where the feed is served, the best address for others first. */
  readonly addresses: readonly string[]
  /** The directory of the store that serves it. */
  readonly store: string
}

/** The command that fetches a feed elsewhere: by the same DHT where there is one, or else from here. */
export function getCommand(id: string, options: GetCommandOptions): string {
  const { addresses, store, discovery, bootstrap, dht } = options
  const inDht = discovery.includes('kad-dht') && bootstrap.length > 0
  const where = inDht ? bootstrap.map((each) => `--bootstrap ${each}`) : [`--peer ${addresses[0]}`]
  const which = inDht && dht !== OWN_DHT ? [`--dht ${dht}`] : []
  // Who fetches on this very machine cannot use the store that is open here, which would be the default one.
  const into = addresses.every(isLoopback) && store === defaultStore() ? ['--store ./anyfeed-store'] : []
  return ['anyfeed get', id, ...where, ...which, ...into].join(' ')
}
