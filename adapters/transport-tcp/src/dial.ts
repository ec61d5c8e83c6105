import { connect, type Socket } from 'node:net'
import { ConnectionError, TimeoutError } from '@anyfeed/interfaces'
import { requireAddress, type TcpAddress } from './address.ts'
import type { Attempt } from './attempt.ts'
import type { Wire } from './connection.ts'
import { openingError } from './errors.ts'
import { secureDialled, type Tls } from './tls.ts'

export interface DialSettings {
  readonly noDelay: boolean
  /** Milliseconds for looking up, connecting and the TLS handshake together. */
  readonly dialTimeout: number
  readonly tls: Tls | undefined
}

/** Opens a link to `address`. Throws a `TypeError` for one that is not TCP's; see {@link Transport.dial} for the rest. */
export async function dial(
  address: string,
  { noDelay, dialTimeout, tls }: DialSettings,
  attempt: Attempt,
  signal: AbortSignal | undefined
): Promise<Wire> {
  const target = requireAddress(address)
  const tooLate = () => {
    const message = `dialling ${address} took longer than ${dialTimeout} ms`
    return new ConnectionError('ERR_ADDRESS_UNREACHABLE', message, { cause: new TimeoutError(message) })
  }
  const open = async () => {
    const raw = await connected(target, noDelay, attempt)
    return tls === undefined ? { raw, socket: raw } : await secureDialled(raw, tls, address, target)
  }
  try {
    return await attempt.run(open, signal, { ms: dialTimeout, error: tooLate })
  } catch (error) {
    throw openingError('dialling', address, error)
  }
}

function connected({ host, port, family }: TcpAddress, noDelay: boolean, attempt: Attempt): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = attempt.own(connect({ host, port, family, noDelay, allowHalfOpen: true }))
    socket.once('error', reject)
    socket.once('connect', () => resolve(socket))
  })
}
