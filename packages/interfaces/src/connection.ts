/**
 * A link to one peer: the async-iterable duplex of the ecosystem, so that `it-pipe` composes it.
 *
 * Bytes arrive whole and in order; where one chunk ends and the next begins has no meaning. Back-pressure is part of
 * the contract in both directions: a source that is not read stops the remote's sink, after at most the bound that the
 * transport states.
 */
export interface Connection {
  /**
   * What the remote sends. Iterated once. A chunk is only to be read: where both ends are in one process, it may be the
   * sender's own array.
   *
   * It ends when the remote ended its sink, and throws a {@link ConnectionError} when the link broke or was aborted: a
   * break never looks like an end. Leaving the loop early (`return`) aborts the connection. A second iteration throws a
   * `TypeError`. Chunks are plain `Uint8Array`s, whose `slice` is a copy.
   */
  readonly source: AsyncIterable<Uint8Array>

  /**
   * Sends what `source` gives. Called once. Chunks are only read, and must not change any more once they were given.
   *
   * Resolves when `source` has ended, its last byte was handed on and the remote was told of the end; the other
   * direction goes on (half-close). Rejects with a {@link ConnectionError} when the link breaks, and with the source's
   * own error when that throws: the connection is then aborted. A function of its own, which works without its object:
   * that is how `it-pipe` calls it.
   *
   * A chunk that is no `Uint8Array` and a second call are a `TypeError`, the first of which aborts; after `close` it
   * rejects with a {@link ClosedError}.
   */
  readonly sink: (source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) => Promise<void>

  /** The remote's address in multiaddr syntax, such as `/ip4/127.0.0.1/tcp/4000`. */
  readonly remoteAddress: string

  /** Who the remote is, where the transport proves it: a string that only the holder of its key can bring about. */
  readonly remoteIdentity: string | undefined

  /**
   * Bytes that both ends have alike and that nobody in the middle can have with either, where the transport has such:
   * those of this one connection (RFC 9266), or, where a transport knows no more, the proven identities of this pair of
   * peers, which are the same on all their connections. What is bound to them cannot be relayed by a man in the middle;
   * that it is not an old one of the same pair has to come from what else is in it, such as nonces of both.
   */
  readonly channelBinding: Uint8Array | undefined

  /** Resolves, never rejects, when both directions are over and nothing of the connection is left. */
  readonly closed: Promise<void>

  /** Ends the sending direction after what was handed to it, and resolves with {@link closed}. */
  close(): Promise<void>

  /**
   * Ends both directions at once; what is under way is lost. Here the source and the sink fail with `reason`; at the
   * remote they fail with a {@link ConnectionError}. Further calls are ignored.
   */
  abort(reason: Error): void
}
