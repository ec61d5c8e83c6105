/// <reference path="./multicast-dns.d.ts" />
import { createSocket, type Socket } from 'node:dgram'
import { type Clock, ConnectionError, type Timer } from '@anyfeed/interfaces'
import multicastDns, { type MulticastDns, type OutgoingPacket } from 'multicast-dns'
import { OnLink } from './on-link.ts'
import { decodePacket, type Packet } from './packet.ts'

const FIRST_RETRY_MS = 1000
const LAST_RETRY_MS = 60_000

export interface MediumOptions {
  /** UDP port of the multicast group. */
  readonly port: number
  /** The IPv4 address of the one interface to use; all of them when it is missing. */
  readonly interface: string | undefined
  /** The local address of the socket. */
  readonly bind: string
  readonly clock: Clock
  /** Told once that multicast does not work. */
  readonly onWarning: (warning: Error) => void
  /** A well-formed packet came from a host of our own link. */
  readonly onPacket: (packet: Packet, host: string) => void
  /** It works again after it did not: what was sent in between is lost. */
  readonly onRecovered: () => void
}

/**
 * The multicast group. It is joined at the first use, and tried again and again where that fails: a network that comes
 * later is used then.
 */
export class Medium {
  readonly #options: MediumOptions
  readonly #onLink: OnLink
  #mdns: MulticastDns | undefined
  #retry: Timer
  #retryMs = FIRST_RETRY_MS
  #warned = false
  #closed = false

  constructor(options: MediumOptions) {
    this.#options = options
    this.#onLink = new OnLink(options.interface)
  }

  open(): void {
    if (this.#closed || this.#mdns !== undefined || this.#retry !== undefined) return
    const { port, bind, onRecovered } = this.#options
    const socket = createSocket({ type: 'udp4', reuseAddr: true })
    const one = this.#options.interface
    const mdns = multicastDns({ socket, port, bind, ...(one === undefined ? {} : { interface: one }) })
    this.#mdns = mdns
    this.#receive(socket)
    mdns.on('ready', () => {
      const failed = this.#retryMs > FIRST_RETRY_MS
      this.#retryMs = FIRST_RETRY_MS
      if (failed) onRecovered()
    })
    mdns.on('warning', (error) => this.#warn(error))
    mdns.on('error', (error) => this.#fail(mdns, error))
  }

  /** Resolves when the packet has left, or is lost. */
  send(packet: OutgoingPacket): Promise<void> {
    return new Promise((resolve) => {
      if (this.#mdns === undefined) return resolve()
      this.#mdns.send(packet, (error) => {
        if (error) this.#warn(error)
        resolve()
      })
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#options.clock.clearTimeout(this.#retry)
    await this.#leave()
  }

  /** The library's own decoder can be made to spin for long by a packet of few bytes, so it gets none to decode. */
  #receive(socket: Socket): void {
    const { port, clock, onPacket } = this.#options
    socket.removeAllListeners('message')
    socket.on('message', (bytes, { address, port: from }) => {
      // Multicast DNS is spoken from its own port; anything else may come from beyond the link (RFC 6762 section 11).
      if (from !== port || !this.#onLink.has(address, clock.now())) return
      const packet = decodePacket(bytes)
      if (packet !== undefined) onPacket(packet, address)
    })
  }

  #fail(mdns: MulticastDns, error: Error): void {
    if (this.#closed || this.#mdns !== mdns) return
    this.#warn(error)
    this.#leave()
    this.#retry = this.#options.clock.setTimeout(() => {
      this.#retry = undefined
      this.open()
    }, this.#retryMs)
    this.#retryMs = Math.min(this.#retryMs * 2, LAST_RETRY_MS)
  }

  #warn(cause: Error): void {
    if (this.#warned || this.#closed) return
    this.#warned = true
    const message =
      'multicast does not work here: peers on the local network are neither told nor found until it does. It is tried again.'
    this.#options.onWarning(new ConnectionError('ERR_ADDRESS_UNREACHABLE', message, { cause }))
  }

  async #leave(): Promise<void> {
    const mdns = this.#mdns
    this.#mdns = undefined
    if (mdns !== undefined) await new Promise<void>((resolve) => mdns.destroy(resolve))
  }
}
