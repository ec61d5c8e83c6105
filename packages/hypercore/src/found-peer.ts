import type { PeerStream as CorePeerStream } from '@anyfeed/core'
import { emitTo } from './callbacks.ts'
import { asBuffer } from './feed-id.ts'
import { Buffer, EventEmitter } from './platform.ts'

/** A peer whose handshake has come: a stream of `createPeerStream`, or one that the swarm has connected. */
export interface Peer extends EventEmitter {
  /** The id of the core here: 32 bytes. */
  readonly id: Buffer
  /** The id that the remote gave itself: 32 bytes. */
  readonly remoteId: Buffer | null
  /** Whether both sides have the extension. */
  remoteSupports(extension: string): boolean
  /** Sends an extension message. Returns whether the remote supports the extension: if not, nothing is sent. */
  send(extension: string, message: Uint8Array | string): boolean
  /** Hangs up. */
  destroy(error?: Error): unknown
}

/**
 * A peer that the swarm has connected. There is nothing to pipe; the rest is as on a peer stream: an extension's messages
 * are emitted under the extension's name, each as a Buffer, and `close` when the connection is over.
 */
export class FoundPeer extends EventEmitter implements Peer {
  readonly id: Buffer
  readonly remoteId: Buffer
  readonly #peer: CorePeerStream

  constructor(peer: CorePeerStream, id: Buffer) {
    super()
    this.id = id
    this.remoteId = asBuffer(peer.remoteId as Uint8Array)
    this.#peer = peer
    peer.on('message', (extension, payload) => emitTo(this, extension, Buffer.from(payload)))
    peer.on('end', () => emitTo(this, 'close'))
  }

  remoteSupports(extension: string): boolean {
    return this.#peer.supports(extension)
  }

  send(extension: string, message: Uint8Array | string): boolean {
    if (typeof message !== 'string' && !(message instanceof Uint8Array)) {
      throw new TypeError('a message is a Buffer, a Uint8Array or a string')
    }
    return this.#peer.send(extension, message)
  }

  destroy(error?: Error): void {
    this.#peer.destroy(error)
  }
}
