import { wholeNumber } from '@anyfeed/adapter-kit'
import { loadTls, type Tls, type TlsOptions } from './tls.ts'

export interface TcpTransportOptions {
  /**
   * Turns TLS 1.3 on, for dialling and for listening. Addresses stay the same: both ends have to know.
   *
   * What is proven: each side that shows a certificate proves that it holds its private key, and `remoteIdentity` is
   * that key's fingerprint, `tls:sha256:<hex>`. A dialler also checks that the listener is one it wants: `ca` (or
   * Node's authorities) vouches for the certificate and its name, or `trusted` lists the identity; else
   * `ERR_CONNECTION_UNTRUSTED`. A listener takes any dialler, self-signed or without a certificate (`remoteIdentity` is
   * then `undefined`): it learns who dialled, and what to make of that is its owner's choice.
   */
  readonly tls?: TlsOptions
  /** Sends small writes at once (TCP_NODELAY). True unless told. */
  readonly noDelay?: boolean
  /**
   * Bytes that each end holds in its process in one direction: to be sent, or received and not read. Node's own mark of
   * 64 KiB is the least it can be for sending. `supports.maxBuffered` adds what the kernels hold. 256 KiB unless told.
   */
  readonly maxBuffered?: number
  /** Milliseconds that dialling may take: looking up, connecting and the TLS handshake. 30 000 unless told. */
  readonly dialTimeout?: number
  /** Milliseconds that the TLS handshake of an incoming connection may take. 10 000 unless told. */
  readonly handshakeTimeout?: number
}

/** The options, checked and complete. */
export interface Settings {
  readonly tls: Tls | undefined
  readonly noDelay: boolean
  readonly maxBuffered: number
  readonly dialTimeout: number
  readonly handshakeTimeout: number
}

/** The longest time that a timer of Node's takes. */
const MAX_TIMEOUT = 2 ** 31 - 1

export function readOptions(options: TcpTransportOptions): Settings {
  return {
    tls: options.tls && loadTls(options.tls),
    noDelay: options.noDelay ?? true,
    maxBuffered: wholeNumber('maxBuffered', options.maxBuffered ?? 256 * 1024, 1),
    dialTimeout: wholeNumber('dialTimeout', options.dialTimeout ?? 30_000, 1, MAX_TIMEOUT),
    handshakeTimeout: wholeNumber('handshakeTimeout', options.handshakeTimeout ?? 10_000, 1, MAX_TIMEOUT)
  }
}
