import { codeOf } from './errors.ts'

const BY_SYSTEM_CODE: Readonly<Record<string, string>> = {
  EACCES: 'the system does not allow it',
  EADDRNOTAVAIL: 'there is no such address',
  EAI_AGAIN: 'the name could not be looked up',
  EHOSTUNREACH: 'no route to that machine',
  ENETUNREACH: 'no route to that network',
  ENOTFOUND: 'there is no machine of that name',
  ETIMEDOUT: 'no answer'
}

/** Why there is no connection with a peer, in words that go behind `cannot reach ADDRESS:`. */
export function peerReason(error: Error): string {
  const code = codeOf(error)
  if (code === 'ERR_CONNECTION_REFUSED') return 'connection refused'
  if (code === 'ERR_CONNECTION_RESET' || code === 'ERR_CONNECTION_ABORTED' || code === 'ERR_CLOSED') {
    return 'the connection was closed'
  }
  if (code === 'ERR_PROTOCOL') return `what answers there is no anyfeed (${error.message})`
  if (code === 'ERR_ADDRESS_UNREACHABLE') {
    const cause = codeOf(error.cause)
    return cause === 'ERR_TIMEOUT' ? 'no answer' : (BY_SYSTEM_CODE[cause] ?? error.message)
  }
  return error.message
}
