import { AbortedError, ConnectionError } from '@anyfeed/interfaces'
import type { AddressBook } from './address-book.ts'
import type { AddressGroup } from './address-group.ts'
import type { Dialer } from './dialer.ts'
import type { DialWaiter, KnownAddress } from './known-address.ts'
import type { PeerTable } from './peer-table.ts'
import type { SwarmPeer } from './swarm-peer.ts'

/** How the addresses that the user gave were found. */
const BY_USER = 'dial'

export interface SwarmDialOptions {
  /** Gives up: the call rejects with an `AbortedError`. */
  readonly signal?: AbortSignal | undefined
  /** Tries until the peer is there, and again whenever it is lost, until `forget`. By default it is tried once. */
  readonly keep?: boolean | undefined
}

/** The addresses that the user asked to be dialled. They take their turns with those that were found. */
export class UserDials {
  readonly #group: AddressGroup
  readonly #book: AddressBook
  readonly #dialer: Dialer
  readonly #peers: PeerTable

  constructor(group: AddressGroup, book: AddressBook, dialer: Dialer, peers: PeerTable) {
    this.#group = group
    this.#book = book
    this.#dialer = dialer
    this.#peers = peers
  }

  /** See `swarm.dial`. The address is one that a transport handles. */
  async dial(address: string, { signal, keep = false }: SwarmDialOptions): Promise<SwarmPeer> {
    if (signal?.aborted) throw aborted(address, signal)
    const known = this.#book.add(address, this.#group, BY_USER)
    if (known === undefined) throw ourselves(address)
    known.kept ||= keep
    const connected = known.state === 'linked' ? this.#peers.get(known.peer) : undefined
    if (connected !== undefined) return connected.peer
    return new Promise((resolve, reject) => {
      const finish = () => signal?.removeEventListener('abort', onAbort)
      const waiter: DialWaiter = {
        once: !keep,
        resolve: (peer) => {
          finish()
          resolve(peer)
        },
        reject: (error) => {
          finish()
          reject(error)
        }
      }
      const onAbort = () => {
        known.waiters.delete(waiter)
        waiter.reject(aborted(address, signal as AbortSignal))
        if (keep) this.forget(address)
        else this.release(known)
      }
      signal?.addEventListener('abort', onAbort)
      known.waiters.add(waiter)
      // The user does not wait for what a back-off has left over.
      if (known.state === 'resting') this.#dialer.wake(known)
      else this.#dialer.offer(known)
    })
  }

  /** Takes back what `dial` was told. */
  forget(address: string): void {
    const known = this.#book.get(address)
    if (known === undefined || !known.groups.has(this.#group)) return
    known.kept = false
    this.#book.remove(known, this.#group)
  }

  /** A dial failed, was given up, or its peer was lost: nobody wants the address any more, unless it is to be kept. */
  release(known: KnownAddress): void {
    if (!known.groups.has(this.#group) || known.kept || known.waiters.size > 0) return
    this.#book.remove(known, this.#group)
  }

  /** Takes everything back. */
  close(): void {
    for (const known of [...this.#group.addresses]) this.#book.remove(known, this.#group)
  }
}

export function ourselves(address: string): ConnectionError {
  return new ConnectionError('ERR_CONNECTION_REFUSED', `${address} leads to ourselves`)
}

function aborted(address: string, signal: AbortSignal): AbortedError {
  return new AbortedError(`dialling ${address} was aborted`, { cause: signal.reason })
}
