import { wholeNumber } from '@anyfeed/adapter-kit'
export interface Libp2pTransportOptions {
  /**
   * Bytes that wait here for the reader of a connection before libp2p is asked to pause; a chunk counts as 64 bytes at
   * least. 256 KiB unless told.
   */
  readonly maxBuffered?: number

  /**
   * The largest receive window, in bytes, that the node's muxer grants a stream: as much may arrive after it was asked
   * to pause, and is kept. 16 MiB unless told, which is what yamux grows to unless configured; `createNode` makes
   * nodes with 4 MiB. A muxer that grants more has its stream reset when the reader is slow.
   */
  readonly maxStreamWindow?: number

  /** The most streams that one libp2p connection may open to this node; more are reset. 1,024 unless told. */
  readonly maxInboundStreams?: number

  /** The most streams that this node opens on one libp2p connection; a further dial fails. 1,024 unless told. */
  readonly maxOutboundStreams?: number

  /** Takes relayed connections that are limited in bytes or time as well, and breaks when the limit is reached. `false` unless told. */
  readonly limitedConnections?: boolean
}

export type Settings = Required<Libp2pTransportOptions>

const KIB = 1024
const MIB = 1024 * KIB

/** With the defaults filled in. Throws a `RangeError` for a number that is not whole and above zero. */
export function settingsOf(options: Libp2pTransportOptions): Settings {
  return {
    maxBuffered: wholeNumber('maxBuffered', options.maxBuffered ?? 256 * KIB, 1),
    maxStreamWindow: wholeNumber('maxStreamWindow', options.maxStreamWindow ?? 16 * MIB, 1),
    maxInboundStreams: wholeNumber('maxInboundStreams', options.maxInboundStreams ?? 1024, 1),
    maxOutboundStreams: wholeNumber('maxOutboundStreams', options.maxOutboundStreams ?? 1024, 1),
    limitedConnections: options.limitedConnections ?? false
  }
}
