import type { PeerStream } from '../session/peer-stream.ts'

/** What a core tells of itself. */
export interface CoreEvents {
  /** A feed is in use: its first handle was opened, or it was finalized. Peers may be looked for. */
  interested: [id: Uint8Array]
  /** The last handle of a feed was closed. */
  uninterested: [id: Uint8Array]
  /** A peer has sent its handshake. */
  peer: [peer: PeerStream]
  /** A peer's stream is over; with an error unless it ended as it should. */
  'peer-end': [peer: PeerStream, error: Error | undefined]
}
