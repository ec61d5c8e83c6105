import type { Link } from './link.ts'

/** What a swarm has done since it was made. */
export interface SwarmCounters {
  /** Dials begun, and those that came to nothing. */
  readonly dials: number
  readonly failedDials: number
  /** Connections that were made, by others and by us. */
  readonly inbound: number
  readonly outbound: number
  /** Connections of others for which there was no room. */
  readonly refused: number
  /** Connections that were ended because the peer was connected another way. */
  readonly duplicates: number
  /** Bytes received and sent. */
  readonly bytesDown: number
  readonly bytesUp: number
}

/** Counts. The bytes of connections that are there are added when they are asked for. */
export class Counters {
  dials = 0
  failedDials = 0
  inbound = 0
  outbound = 0
  refused = 0
  duplicates = 0
  #bytesDown = 0
  #bytesUp = 0

  /** A connection is no more: its bytes are kept. */
  gone({ stream }: Link): void {
    this.#bytesDown += stream.bytesReceived
    this.#bytesUp += stream.bytesSent
  }

  now(links: Iterable<Link>): SwarmCounters {
    const { dials, failedDials, inbound, outbound, refused, duplicates } = this
    let bytesDown = this.#bytesDown
    let bytesUp = this.#bytesUp
    for (const { stream } of links) {
      bytesDown += stream.bytesReceived
      bytesUp += stream.bytesSent
    }
    return { dials, failedDials, inbound, outbound, refused, duplicates, bytesDown, bytesUp }
  }
}
