import type { Socket } from 'node:net'
import { connect, createSecureContext, type SecureContext, TLSSocket } from 'node:tls'
import { ConnectionError } from '@anyfeed/interfaces'
import type { TcpAddress } from './address.ts'
import { Ciphertext, watchTruncation } from './ciphertext.ts'
import type { Wire } from './connection.ts'
import { channelBinding, remoteIdentity } from './identity.ts'

/** See {@link TcpTransportOptions.tls}. */
export interface TlsOptions {
  /** The private key, PEM. */
  readonly key: string | Uint8Array
  /** Its certificate, PEM, with the chain up to (but without) the authority after it. */
  readonly cert: string | Uint8Array
  /** The authorities that a listener's certificate may come from, PEM. Those that Node comes with, unless told. */
  readonly ca?: string | Uint8Array | ReadonlyArray<string | Uint8Array>
  /**
   * Listeners to trust whoever issued their certificate and whatever name it has: their identities, as
   * `remoteIdentity` gives them. What is not here is still accepted when `ca` vouches for it.
   */
  readonly trusted?: readonly string[]
}

/** What both directions of opening need. Throws what OpenSSL throws for a key or a certificate that it cannot read. */
export interface Tls {
  readonly context: SecureContext
  readonly trusted: ReadonlySet<string>
}

export function loadTls({ key, cert, ca, trusted = [] }: TlsOptions): Tls {
  const pem = (each: string | Uint8Array) => (typeof each === 'string' ? each : Buffer.from(each))
  const authorities = ca === undefined ? {} : { ca: [ca].flat().map((each) => pem(each as string | Uint8Array)) }
  // 1.3 alone: before it, a certificate is sent in the clear and channel bindings need care (RFC 9266, section 4).
  const context = createSecureContext({ key: pem(key), cert: pem(cert), ...authorities, minVersion: 'TLSv1.3' })
  return { context, trusted: new Set(trusted) }
}

/**
 * The dialling side of a handshake over a connected socket. Rejects with `ERR_CONNECTION_UNTRUSTED`; any other failure
 * is seen on `raw`, which the caller watches and destroys.
 */
export async function secureDialled(raw: Socket, tls: Tls, address: string, target: TcpAddress): Promise<Wire> {
  const socket = connect({
    socket: new Ciphertext(raw),
    secureContext: tls.context,
    // Decided below, where a pinned key counts too; nothing is sent before.
    rejectUnauthorized: false,
    host: target.host,
    ...(target.named ? { servername: target.host } : {})
  })
  await handshake(raw, socket, 'secureConnect')
  const wire = secured(raw, socket)
  if (!socket.authorized && !tls.trusted.has(wire.remoteIdentity ?? '')) {
    const cause = socket.authorizationError
    throw new ConnectionError('ERR_CONNECTION_UNTRUSTED', `the certificate of ${address} is not trusted: ${cause}`, {
      cause: cause instanceof Error ? cause : new Error(String(cause))
    })
  }
  return wire
}

/**
 * The listening side. A dialler may show any certificate, or none: one that it shows proves that it holds the key
 * (TLS 1.3's CertificateVerify), which is all that an identity says.
 */
export async function secureAccepted(raw: Socket, tls: Tls): Promise<Wire> {
  const socket = new TLSSocket(new Ciphertext(raw), {
    isServer: true,
    secureContext: tls.context,
    requestCert: true,
    rejectUnauthorized: false
  })
  // `secure` is what TLSSocket tells by itself; `secureConnection` comes from a tls.Server only.
  await handshake(raw, socket, 'secure')
  return secured(raw, socket)
}

function handshake(raw: Socket, socket: TLSSocket, done: 'secure' | 'secureConnect'): Promise<void> {
  return new Promise((resolve, reject) => {
    // These listeners stay, so that an error that comes between two owners finds one.
    socket.on('error', reject)
    raw.on('error', reject)
    raw.on('close', () => reject(cutError()))
    raw.on('end', () => reject(cutError()))
    socket.once(done, resolve)
  })
}

function secured(raw: Socket, socket: TLSSocket): Wire {
  watchTruncation(raw, socket, cutError)
  return { raw, socket, remoteIdentity: remoteIdentity(socket), channelBinding: channelBinding(socket) }
}

function cutError(): ConnectionError {
  return new ConnectionError('ERR_CONNECTION_RESET', 'the connection ended without the close_notify of TLS')
}
