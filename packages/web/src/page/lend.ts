// What passes between the store and the tab that lends it WebRTC. A name stands for one connection; its bytes are handed
// over to a listener of the store, whose address is `door`.

/** What the tab's libp2p node knows of a connection. */
export interface Proof {
  readonly remoteAddress: string
  readonly remoteIdentity: string | undefined
  readonly channelBinding: Uint8Array | undefined
}

export type ToLender =
  | { readonly lend: 'dial'; readonly name: string; readonly address: string; readonly door: string }
  /** The connection that arrived can be handed over. */
  | { readonly lend: 'ready'; readonly name: string; readonly door: string }
  /** The connection that arrived is not taken. */
  | { readonly lend: 'refused'; readonly name: string }

export type FromLender =
  /** From now on the tab dials, and is dialled at these addresses. */
  | { readonly lend: 'door'; readonly addresses: readonly string[] }
  | { readonly lend: 'dialled'; readonly name: string; readonly proof: Proof }
  | { readonly lend: 'failed'; readonly name: string; readonly message: string }
  | { readonly lend: 'arrived'; readonly name: string; readonly proof: Proof }
