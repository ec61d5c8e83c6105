// What passes between a tab and the store, the worker that all tabs share.

/** A feed, as tabs show it. */
export interface FeedState {
  readonly id: string
  readonly name: string
  readonly bytes: number
  readonly blocks: number
  readonly held: number
  readonly complete: boolean
  readonly paused: boolean
  /** The map: for each cell the part of its blocks that is here, from 0 to 255. */
  readonly cells: Uint8Array
  /** What went wrong last, as a sentence. */
  readonly error: string | undefined
}

/** A file that is being added. */
export interface AddingState {
  readonly name: string
  readonly bytes: number
  readonly total: number
}

/** A connected peer. Bytes are for each second. */
export interface PeerState {
  readonly address: string
  readonly foundBy: readonly string[]
  readonly inbound: boolean
  readonly down: number
  readonly up: number
  readonly roundTrip: number | undefined
}

/** All that a tab shows. */
export interface State {
  readonly network: 'joining' | 'joined' | 'failed'
  readonly feeds: readonly FeedState[]
  readonly adding: readonly AddingState[]
  readonly peers: readonly PeerState[]
  /** Bytes for each second, over all peers. */
  readonly down: number
  readonly up: number
}

/** What a tab can ask for, and what it gets. */
export interface Calls {
  share: { readonly give: { readonly file: File }; readonly get: { readonly id: string } }
  fetch: { readonly give: { readonly id: string; readonly name: string }; readonly get: undefined }
  pause: { readonly give: { readonly id: string }; readonly get: undefined }
  resume: { readonly give: { readonly id: string }; readonly get: undefined }
  remove: { readonly give: { readonly id: string }; readonly get: undefined }
  /** Gets the address from which the feed's bytes can be had once. */
  save: { readonly give: { readonly id: string }; readonly get: { readonly address: string } }
}

export type CallName = keyof Calls

export type ToStore = {
  [N in CallName]: { readonly call: N; readonly number: number; readonly give: Calls[N]['give'] }
}[CallName]

export type ToTab =
  | { readonly state: State }
  /** Another tab has the store, and this one gets it when that is closed: this browser has no workers that are shared. */
  | { readonly elsewhere: true }
  | { readonly number: number; readonly get: unknown }
  | { readonly number: number; readonly error: string }

/** What a tab tells the service worker: to save what comes from `address` as a file. */
export interface SaveOrder {
  readonly save: string
  readonly address: string
  readonly name: string
  readonly bytes: number
  /** Leads to the tab, which introduces to the store. */
  readonly port: MessagePort
}

/** Where the service worker says how a save has ended. */
export const SAVES = 'anyfeed saves'

export interface Saved {
  readonly save: string
  readonly error?: string
}
