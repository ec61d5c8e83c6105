/** `serve`: the peer gets blocks from us. `fetch`: the peer is asked for blocks. */
export type TradeDirection = 'serve' | 'fetch'

/** What may be traded with one peer on one feed. To be served, a peer also learns which blocks are here. */
export type Permission = Readonly<Record<TradeDirection, boolean>>

export const EVERYTHING: Permission = { serve: true, fetch: true }
