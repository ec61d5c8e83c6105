import { AnyfeedError, ConnectionError, type ConnectionErrorReason } from '@anyfeed/interfaces'

/** Codes of Node's errors while a socket is being opened. What is not here could not be reached either. */
const OPENING: Readonly<Record<string, ConnectionErrorReason>> = {
  EACCES: 'ERR_ADDRESS_UNREACHABLE',
  EADDRINUSE: 'ERR_ADDRESS_IN_USE',
  ECONNREFUSED: 'ERR_CONNECTION_REFUSED',
  ECONNABORTED: 'ERR_CONNECTION_RESET',
  ECONNRESET: 'ERR_CONNECTION_RESET',
  EPIPE: 'ERR_CONNECTION_RESET'
}

function codeOf(cause: unknown): string {
  // Dialling a name tries several addresses and then gives one error for all of them.
  if (cause instanceof AggregateError) return codeOf(cause.errors[0])
  return String((cause as { code?: unknown } | undefined)?.code ?? '')
}

/** Why `address` could not be dialled or listened on. `cause` is Node's error; one of anyfeed's own passes as it is. */
export function openingError(doing: string, address: string, cause: unknown): Error {
  if (cause instanceof AnyfeedError) return cause
  const code = codeOf(cause)
  return new ConnectionError(
    OPENING[code] ?? 'ERR_ADDRESS_UNREACHABLE',
    `${doing} ${address} failed: ${code || String(cause)}`,
    { cause }
  )
}

/** What a connection that stood and then broke tells its source and sink. */
export function brokenError(address: string, cause?: unknown): ConnectionError {
  if (cause instanceof ConnectionError) return cause
  const why = cause === undefined ? 'closed before its end' : codeOf(cause) || String(cause)
  return new ConnectionError('ERR_CONNECTION_RESET', `the connection with ${address} broke: ${why}`, { cause })
}
