import type { Connection, Transport } from '@anyfeed/interfaces'
import type { FromLender, Proof, ToLender } from '../lend.ts'

/** What a tab lends to the store. */
export interface Loan {
  /** What the store has not. */
  readonly transport: Transport
  /** Where to listen. */
  readonly address: string
  /** Which of the addresses that come of it others are told. */
  readonly isTold: (address: string) => boolean
}

/** Lends a transport to the store at the other end of `port`; bytes are handed over by `ports`. Until the tab is gone. */
export async function openLender({ transport, address, isTold }: Loan, port: MessagePort, ports: Transport) {
  const tell = (message: FromLender) => port.postMessage(message)
  const waiting = new Map<string, Connection>()
  const listener = await transport.listen(address, {
    onConnection: (connection) => {
      const name = crypto.randomUUID()
      waiting.set(name, connection)
      connection.closed.then(() => waiting.delete(name))
      tell({ lend: 'arrived', name, proof: proofOf(connection) })
    }
  })
  const dial = async ({ name, address, door }: ToLender & { lend: 'dial' }) => {
    try {
      const connection = await transport.dial(address)
      tell({ lend: 'dialled', name, proof: proofOf(connection) })
      await handOn(connection, ports, door)
    } catch (error) {
      tell({ lend: 'failed', name, message: (error as Error).message })
    }
  }
  port.addEventListener('message', ({ data }) => {
    const message = data as ToLender
    if (message.lend === 'dial') return void dial(message)
    const connection = waiting.get(message.name)
    if (message.lend === 'refused') connection?.abort(new Error('the store takes no connections now'))
    else if (message.lend === 'ready' && connection !== undefined) {
      // It has told the connection already.
      handOn(connection, ports, message.door).catch(() => {})
    }
  })
  tell({ lend: 'door', addresses: listener.addresses.filter(isTold) })
}

/** Passes bytes on, both ways. Rejects, and aborts the connection, when there is nobody at the door any more. */
async function handOn(connection: Connection, ports: Transport, door: string): Promise<void> {
  const store = await ports.dial(door).catch((error: Error) => {
    connection.abort(error)
    throw error
  })
  // Whatever breaks one breaks the other, by itself.
  await Promise.allSettled([connection.sink(store.source), store.sink(connection.source)])
}

function proofOf({ remoteAddress, remoteIdentity, channelBinding }: Connection): Proof {
  return { remoteAddress, remoteIdentity, channelBinding }
}
