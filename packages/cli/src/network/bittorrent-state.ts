import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type BittorrentDiscovery,
  type BittorrentDiscoveryOptions,
  bittorrentDiscovery
} from '@anyfeed/discovery-bittorrent'

/** A node of the BitTorrent DHT that remembers others from its last run with this directory, if there was one. */
export async function resumeBittorrent(
  directory: string,
  options: BittorrentDiscoveryOptions
): Promise<BittorrentDiscovery> {
  try {
    const state = JSON.parse(await readFile(fileIn(directory), 'utf8'))
    return bittorrentDiscovery({ ...options, state })
  } catch {
    // Nothing was kept, or nothing that can be read: it begins as it did the first time.
    return bittorrentDiscovery(options)
  }
}

/** Keeps what a node remembers. Nothing but time is lost when the disk does not take it. */
export async function keepBittorrent(directory: string, discovery: BittorrentDiscovery): Promise<void> {
  const state = discovery.save()
  if (state !== undefined) await writeFile(fileIn(directory), JSON.stringify(state)).catch(() => {})
}

function fileIn(directory: string): string {
  return join(directory, 'bittorrent.json')
}
