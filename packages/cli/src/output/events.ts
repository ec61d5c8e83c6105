/**
 * What commands tell, and what `--json` prints: one object a line, each with an `event`. Ids are 64 hexadecimal digits,
 * addresses are in multiaddr syntax, sizes are in bytes. More members, and more events, may come with later versions.
 */
export type Event =
  | SharingEvent
  | SeedingEvent
  | PageEvent
  | ListeningEvent
  | LookingEvent
  | PeerEvent
  | ProgressEvent
  | FeedEvent
  | DamagedEvent
  | RemovedEvent
  | WarningEvent
  | DoneEvent
  | ErrorEvent

/** `share`: the feed can be fetched from now on. */
export interface SharingEvent {
  readonly event: 'sharing'
  readonly id: string
  readonly blocks: number
  readonly bytes: number
  /** Where it listens, the best one for others first. */
  readonly addresses: readonly string[]
  /** What fetches it elsewhere. */
  readonly command: string
}

/** `seed`: the feeds can be fetched from now on. */
export interface SeedingEvent {
  readonly event: 'seeding'
  readonly feeds: number
  readonly addresses: readonly string[]
}

/** `node`: others can reach it from now on. */
export interface ListeningEvent {
  readonly event: 'listening'
  /** Addresses for `--bootstrap`, the best one for others first. */
  readonly addresses: readonly string[]
}

/** `get` and `cat`: how far the search for peers is; once at the beginning, and when that has changed. */
export interface LookingEvent {
  readonly event: 'looking'
  readonly id: string
  /** How many addresses each discovery has found. */
  readonly found: Readonly<Record<string, number>>
  /** How many peers are connected now. */
  readonly peers: number
}

/** `web`: the page can be opened from now on. */
export interface PageEvent {
  readonly event: 'page'
  /** Where it is, with the token that lets it write. */
  readonly url: string
  /** Those of the node by which pages reach others. */
  readonly addresses: readonly string[]
}

/** A peer came, went, or could not be reached. */
export interface PeerEvent {
  readonly event: 'peer'
  readonly state: 'dialing' | 'connected' | 'left' | 'failed'
  readonly address: string
  /** The transport, such as `libp2p`. */
  readonly transport: string
  /** The discoveries that found it, and `dial` when it was given; nothing when only it found us. */
  readonly foundBy: readonly string[]
  /** How many peers are connected now. */
  readonly peers: number
  /** Of `failed`, and of `left` when it was no orderly end: what happened. */
  readonly reason?: string
  readonly code?: string
  /** Of `failed` where it is tried again: in so many milliseconds. */
  readonly retryMs?: number
  /** Of `share` and `seed`: the blocks and bytes that were sent to all peers so far. */
  readonly sentBlocks?: number
  readonly sentBytes?: number
}

/** How far it is: now and then, and at least once for each percent. */
export interface ProgressEvent {
  readonly event: 'progress'
  /** `share` adds, then serves, as `seed` does; `get` and `cat` fetch; `verify` verifies. */
  readonly action: 'add' | 'serve' | 'fetch' | 'verify'
  readonly id?: string
  /** Blocks added, sent, here (of the range that is asked for), or verified. */
  readonly blocks: number
  /** How many blocks there are, once that is known. */
  readonly totalBlocks?: number
  readonly bytes: number
  readonly totalBytes?: number
  /** Of `fetch`: blocks that came from peers in this run, and blocks that were here before it. */
  readonly fetched?: number
  readonly resumed?: number
  /** Of `serve` and `fetch`: how many peers are connected. */
  readonly peers?: number
}

/** `ls` and `info`: a stored feed. */
export interface FeedEvent {
  readonly event: 'feed'
  readonly id: string
  readonly blocks: number
  /** How many of the blocks are here. */
  readonly held: number
  /** The bytes that are here. */
  readonly bytes: number
  readonly complete: boolean
}

/** `verify`: a block was damaged, and is dropped. */
export interface DamagedEvent {
  readonly event: 'damaged'
  readonly id: string
  readonly block: number
}

/** `rm`: the feed is gone. */
export interface RemovedEvent {
  readonly event: 'removed'
  readonly id: string
}

/** Something is wrong, and the command goes on. */
export interface WarningEvent {
  readonly event: 'warning'
  readonly code: string
  readonly message: string
}

/** The command is over, and all went well; of `verify`: it is over. The last line, unless there is an `error`. */
export interface DoneEvent {
  readonly event: 'done'
  readonly id?: string
  /** How many feeds were listed, seeded, verified or removed. */
  readonly feeds?: number
  /** Blocks of the feed, or of the range; of `verify`, blocks verified; of `share` and `seed`, blocks sent. */
  readonly blocks?: number
  readonly bytes?: number
  /** Of `verify`: how many of the blocks were damaged. */
  readonly damaged?: number
  /** Of `get` and `cat`: blocks that came from peers in this run, and blocks that were here before it. */
  readonly fetched?: number
  readonly resumed?: number
  readonly seconds?: number
  /** Of `get`: the file, or `-`. */
  readonly file?: string
}

/** The command failed: the last line. The process ends with a code other than 0. */
export interface ErrorEvent {
  readonly event: 'error'
  readonly code: string
  readonly message: string
}
