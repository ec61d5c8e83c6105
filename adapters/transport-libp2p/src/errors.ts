import { AnyfeedError, ConnectionError, type ConnectionErrorReason } from '@anyfeed/interfaces'

/** Names of libp2p's errors and codes of the system's. What is not here could not be reached either. */
const DIALLING: Readonly<Record<string, ConnectionErrorReason>> = {
  ECONNREFUSED: 'ERR_CONNECTION_REFUSED',
  UnsupportedProtocolError: 'ERR_CONNECTION_REFUSED',
  ECONNRESET: 'ERR_CONNECTION_RESET',
  EPIPE: 'ERR_CONNECTION_RESET',
  ConnectionClosedError: 'ERR_CONNECTION_RESET',
  MuxerClosedError: 'ERR_CONNECTION_RESET',
  StreamClosedError: 'ERR_CONNECTION_RESET',
  StreamResetError: 'ERR_CONNECTION_RESET',
  StreamStateError: 'ERR_CONNECTION_RESET',
  UnexpectedEOFError: 'ERR_CONNECTION_RESET',
  EncryptionFailedError: 'ERR_CONNECTION_UNTRUSTED',
  InvalidCryptoExchangeError: 'ERR_CONNECTION_UNTRUSTED',
  UnexpectedPeerError: 'ERR_CONNECTION_UNTRUSTED'
}

function reasonOf(cause: unknown): ConnectionErrorReason {
  // A peer with several addresses gives one error for all of them.
  if (cause instanceof AggregateError) return reasonOf(cause.errors[0])
  // From a `close` event without an error: what was there is gone.
  if (cause === undefined) return 'ERR_CONNECTION_RESET'
  const { code, name } = cause as { code?: string; name?: string }
  return DIALLING[code ?? ''] ?? DIALLING[name ?? ''] ?? 'ERR_ADDRESS_UNREACHABLE'
}

/** libp2p lets some waits reject with the `close` event of a stream, which has the error in its `error`. */
export function errorOf(thrown: unknown): unknown {
  return thrown instanceof Event ? (thrown as Event & { error?: unknown }).error : thrown
}

/** Why `address` could not be dialled. `thrown` is what libp2p threw; an error of anyfeed's own passes as it is. */
export function dialError(address: string, thrown: unknown): AnyfeedError {
  const cause = errorOf(thrown)
  if (cause instanceof AnyfeedError) return cause
  return new ConnectionError(reasonOf(cause), `dialling ${address} failed: ${describe(cause)}`, { cause })
}

/** What a connection that stood and then broke tells its source and sink. */
export function brokenError(address: string, thrown?: unknown): ConnectionError {
  const cause = errorOf(thrown)
  if (cause instanceof ConnectionError) return cause
  return new ConnectionError('ERR_CONNECTION_RESET', `the connection with ${address} broke: ${describe(cause)}`, {
    cause
  })
}

function describe(cause: unknown): string {
  if (cause === undefined) return 'closed before its end'
  return cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)
}
