import { createHash, X509Certificate } from 'node:crypto'
import type { TLSSocket } from 'node:tls'

/**
 * `tls:sha256:<hex>`, the SHA-256 of a certificate's public key (SubjectPublicKeyInfo, DER: RFC 7469's pin). It stays
 * the same when a certificate is renewed for the same key.
 *
 * Takes PEM, DER or Node's own class; throws what OpenSSL throws for anything else.
 *
 * @example
 * ```ts
 * tcpTransport({ tls: { key, cert, trusted: [certificateIdentity(theirCertificate)] } })
 * ```
 */
export function certificateIdentity(certificate: X509Certificate | string | Uint8Array): string {
  const { publicKey } = certificate instanceof X509Certificate ? certificate : new X509Certificate(certificate)
  const key = publicKey.export({ type: 'spki', format: 'der' })
  return `tls:sha256:${createHash('sha256').update(key).digest('hex')}`
}

/** Who the remote of a TLS connection proved to be, once the handshake is done; `undefined` if it showed no certificate. */
export function remoteIdentity(socket: TLSSocket): string | undefined {
  const certificate = socket.getPeerX509Certificate()
  return certificate && certificateIdentity(certificate)
}

/** RFC 9266, section 2: 32 bytes of keying material that only the two ends of this connection can compute. */
export function channelBinding(socket: TLSSocket): Uint8Array {
  return new Uint8Array(socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0)))
}
