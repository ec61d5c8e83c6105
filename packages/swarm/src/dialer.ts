import { type Clock, ClosedError, type Connection, TimeoutError, type Timer } from '@anyfeed/interfaces'
import { asError } from './as-error.ts'
import { backOff } from './back-off.ts'
import { DialQueue } from './dial-queue.ts'
import { DialRate } from './dial-rate.ts'
import type { DialGroup, KnownAddress } from './known-address.ts'
import type { Limits } from './options.ts'
import type { SwarmPeer } from './swarm-peer.ts'
import { untilAborted } from './waiting.ts'

/** What a dialer asks of its swarm, and tells it. */
export interface DialerEvents {
  /** How many more connections there may be, those that are being dialled aside. */
  room(): number
  /** Whether a group may have what is left when there is hardly any room. */
  mayUseReserve(group: DialGroup): boolean
  /** Whether the peer at the address is connected already, another way; then it was marked so, and is not dialled. */
  isConnected(known: KnownAddress): boolean
  onDial(known: KnownAddress): void
  /** A connection was made. `met` or `failed` of the dialer must follow. */
  onConnection(connection: Connection, known: KnownAddress): void
  onFailed(known: KnownAddress, error: Error, retryMs: number | undefined): void
}

/** Dials addresses: how many at a time and in a second, whose turn it is, and when those that failed are tried again. */
export class Dialer {
  readonly #clock: Clock
  readonly #chance: () => number
  readonly #limits: Limits
  readonly #reserve: number
  readonly #events: DialerEvents
  readonly #queue = new DialQueue()
  readonly #rate: DialRate
  /** Those whose peers have not said yet who they are. */
  readonly #pending = new Set<KnownAddress>()
  #connecting = 0
  #timer: Timer | undefined
  #pumping = false
  #closed = false

  /** The last `reserve` connections are for groups that have none. */
  constructor(clock: Clock, chance: () => number, limits: Limits, reserve: number, events: DialerEvents) {
    this.#clock = clock
    this.#chance = chance
    this.#limits = limits
    this.#reserve = reserve
    this.#events = events
    this.#rate = new DialRate(clock, limits.maxDialsPerSecond)
  }

  /** The number of dials under way, up to the moment that the peer says who it is. */
  get pending(): number {
    return this.#pending.size
  }

  /** An address is new, or a group is new to it: it is dialled in its turn if it is ready. */
  offer(known: KnownAddress): void {
    if (known.state !== 'ready') return
    this.#queue.add(known)
    this.pump()
  }

  /** An address does not rest any longer. */
  wake(known: KnownAddress): void {
    this.#clock.clearTimeout(known.timer)
    known.timer = undefined
    known.enter('ready')
    this.offer(known)
  }

  /** Dials what there is room for. */
  pump(): void {
    if (this.#pumping) return
    this.#pumping = true
    this.#pump()
    this.#pumping = false
  }

  #pump(): void {
    while (!this.#closed && this.#pending.size < this.#limits.maxPendingDials) {
      const room = this.#events.room() - this.#connecting
      if (room <= 0) return
      const { wait } = this.#rate
      if (wait > 0) return this.#pumpLater(wait)
      const known = this.#queue.next(room > this.#reserve ? undefined : this.#events.mayUseReserve)
      if (known === undefined) return
      if (!this.#events.isConnected(known)) void this.#dial(known)
    }
  }

  /** The peer at the address is connected. */
  met(known: KnownAddress, peer: SwarmPeer): void {
    this.#settle(known)
    known.enter('linked')
    for (const waiter of takeAll(known)) waiter.resolve(peer)
    this.pump()
  }

  /** A dial came to nothing. It is tried again after a while, if anybody still wants it. */
  failed(known: KnownAddress, error: Error): void {
    this.#settle(known)
    known.failures++
    for (const waiter of takeAll(known, ({ once }) => once)) waiter.reject(error)
    this.#events.onFailed(known, error, this.#rest(known))
    this.pump()
  }

  /** The peer was lost, and is dialled again after a while. `lasted`: all was well before. */
  lost(known: KnownAddress, lasted: boolean): void {
    known.failures = lasted ? 0 : known.failures + 1
    this.#rest(known)
  }

  /** Nobody wants the address any more. */
  forget(known: KnownAddress): void {
    this.#settle(known)
    const reason = new ClosedError(`${known.address} is not wanted any more`)
    for (const waiter of takeAll(known)) waiter.reject(reason)
    known.giveUp?.abort(reason)
  }

  /** A group is no more. */
  forgetGroup(group: DialGroup): void {
    this.#queue.delete(group)
  }

  /** Dials no more. Those under way are given up by `forget`. */
  close(): void {
    this.#closed = true
    this.#clock.clearTimeout(this.#timer)
  }

  async #dial(known: KnownAddress): Promise<void> {
    this.#rate.count()
    this.#pending.add(known)
    this.#connecting++
    known.enter('dialing')
    this.#events.onDial(known)
    let connection: Connection
    try {
      connection = await this.#connect(known)
    } catch (error) {
      this.#connecting--
      return this.failed(known, asError(error))
    }
    this.#connecting--
    this.#events.onConnection(connection, known)
  }

  async #connect(known: KnownAddress): Promise<Connection> {
    const { address, transport } = known
    const { dialTimeout } = this.#limits
    const giveUp = new AbortController()
    const late = () => giveUp.abort(new TimeoutError(`${address} did not answer within ${dialTimeout} ms`))
    const timer = this.#clock.setTimeout(late, dialTimeout)
    known.giveUp = giveUp
    try {
      const dialling = Promise.resolve().then(() => transport.dial(address, { signal: giveUp.signal }))
      const connection = await untilAborted(giveUp.signal, dialling)
      if (connection !== undefined) return connection
      // A transport that does not listen to the signal may come up with one after all.
      dialling.then((late) => late.abort(giveUp.signal.reason)).catch(() => {})
      throw giveUp.signal.reason
    } finally {
      this.#clock.clearTimeout(timer)
      known.giveUp = undefined
    }
  }

  #settle(known: KnownAddress): void {
    this.#pending.delete(known)
    this.#clock.clearTimeout(known.timer)
    known.timer = undefined
  }

  /** Returns how long the address rests; `undefined` when nobody wants it any more. */
  #rest(known: KnownAddress): number | undefined {
    if (known.groups.size === 0 || known.own || this.#closed) return undefined
    const { firstBackOff: first, longestBackOff: longest } = this.#limits
    const ms = backOff({ first, longest }, Math.max(1, known.failures), this.#chance())
    known.enter('resting')
    this.#clock.clearTimeout(known.timer)
    known.timer = this.#clock.setTimeout(() => this.wake(known), ms)
    return ms
  }

  #pumpLater(ms: number): void {
    this.#clock.clearTimeout(this.#timer)
    this.#timer = this.#clock.setTimeout(() => this.pump(), ms)
  }
}

function takeAll(known: KnownAddress, which: (waiter: { once: boolean }) => boolean = () => true) {
  const taken = [...known.waiters].filter(which)
  for (const waiter of taken) known.waiters.delete(waiter)
  return taken
}
