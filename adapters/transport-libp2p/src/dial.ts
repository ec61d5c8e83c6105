import { ConnectionError } from '@anyfeed/interfaces'
import { requireAddress } from './address.ts'
import type { Wire } from './connection.ts'
import { dialError } from './errors.ts'
import { isProven } from './identity.ts'
import type { Settings } from './options.ts'
import { type Libp2pNode, PROTOCOL } from './protocol.ts'

/** Opens one stream to the peer of `address`, over a connection that the node has with it or makes. */
export async function dial(node: Libp2pNode, address: string, settings: Settings, signal: AbortSignal): Promise<Wire> {
  const { multiaddr } = requireAddress(address)
  const open = async (force: boolean): Promise<Wire> => {
    try {
      const connection = await node.dial(multiaddr, { signal, force })
      if (!isProven(connection)) {
        const message = `dialling ${address} failed: the connection is not encrypted, so nobody is proven`
        throw new ConnectionError('ERR_CONNECTION_UNTRUSTED', message)
      }
      const stream = await connection.newStream([PROTOCOL], {
        signal,
        maxOutboundStreams: settings.maxOutboundStreams,
        runOnLimitedConnection: settings.limitedConnections
      })
      return { stream, connection, self: node.peerId }
    } catch (error) {
      throw dialError(address, error)
    }
  }
  try {
    return await open(false)
  } catch (error) {
    // A connection that the remote has just closed counts as open here for a while: it says nothing about a new one.
    if (signal.aborted || (error as ConnectionError).code !== 'ERR_CONNECTION_RESET') throw error
    return await open(true)
  }
}
