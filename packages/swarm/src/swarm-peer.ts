import type { PeerStream } from '@anyfeed/core'
import type { Connection } from '@anyfeed/interfaces'

/** Who dialled: `out` is us. */
export type Direction = 'in' | 'out'

/** What a peer is connected by. */
export interface PeerLink {
  readonly connection: Connection
  readonly stream: PeerStream
  readonly transport: string
  readonly direction: Direction
  readonly address: string
  end(): void
}

/** A connected peer. */
export class SwarmPeer {
  /** The id that the peer gave itself: 32 bytes. Anybody can say so; `identity` is what is proven. */
  readonly id: Uint8Array
  /** Who the peer is, where the transport proves it. */
  readonly identity: string | undefined
  /** The version of the protocol that the peer speaks, 0 for hypercore 1.x. */
  readonly version: number
  /** The address that was dialled, or from which the peer came. */
  readonly address: string
  /** The transport's name. */
  readonly transport: string
  /** Who dialled: `out` is us. */
  readonly direction: Direction
  /** The peer's stream, for extension messages. */
  readonly stream: PeerStream
  readonly #link: PeerLink
  readonly #discoveries: () => string[]

  constructor(link: PeerLink, discoveries: () => string[]) {
    const { connection, stream, transport, direction, address } = link
    this.id = stream.remoteId as Uint8Array
    this.identity = connection.remoteIdentity
    this.version = stream.remoteVersion as number
    this.address = address
    this.transport = transport
    this.direction = direction
    this.stream = stream
    this.#link = link
    this.#discoveries = discoveries
  }

  /** The names of the discoveries that found it, `dial` for the user; none when only it found us. */
  get discoveries(): string[] {
    return this.#discoveries()
  }

  /** Bytes received from the peer over this connection. */
  get bytesDown(): number {
    return this.stream.bytesReceived
  }

  /** Bytes sent to the peer over this connection. */
  get bytesUp(): number {
    return this.stream.bytesSent
  }

  /** How quickly the peer answers a request for a block, in milliseconds; `undefined` until it has answered one. */
  get roundTripTime(): number | undefined {
    return this.stream.roundTripTime
  }

  /** How many feeds are shared with the peer right now. */
  get sharedFeeds(): number {
    return this.stream.sharedFeeds
  }

  /** Hangs up. What is known of its addresses stays: it may be dialled again. */
  disconnect(): void {
    this.#link.end()
  }
}
