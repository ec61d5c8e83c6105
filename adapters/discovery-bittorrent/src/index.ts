export { bittorrentDiscovery } from './bittorrent-discovery.ts'
export type { TopicKey } from './info-hash.ts'
export type { BittorrentDiscovery, BittorrentDiscoveryOptions } from './options.ts'
export type { BittorrentState } from './state.ts'
