import { connect, type NetConnectOpts, type Socket } from 'node:net'
import { ConnectionError, TimeoutError } from '@anyfeed/interfaces'
import { requireAddress, type TcpAddress } from './address.ts'
import type { Attempt } from './attempt.ts'
import type { Wire } from './connection.ts'
import { openingError } from './errors.ts'
import { ReadSlab } from './read-slab.ts'
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
    // Node reads into memory of ours on sockets that it connects, and not on those that it accepts or runs TLS over.
    const slab = tls === undefined ? new ReadSlab() : undefined
    const raw = await connected(target, noDelay, attempt, slab)
    return tls === undefined ? { raw, socket: raw, slab } : await secureDialled(raw, tls, address, target)
  }
  try {
    return await attempt.run(open, signal, { ms: dialTimeout, error: tooLate })
  } catch (error) {
    throw openingError('dialling', address, error)
  }
}

function connected(
  { host, port, family }: TcpAddress,
  noDelay: boolean,
  attempt: Attempt,
  slab: ReadSlab | undefined
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const into = slab && { onread: slab.onread }
    const socket = attempt.own(connect({ host, port, family, noDelay, allowHalfOpen: true, ...into } as NetConnectOpts))
    socket.once('error', reject)
    socket.once('connect', () => resolve(socket))
  })
}
