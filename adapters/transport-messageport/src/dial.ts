import { AbortedError, ClosedError, ConnectionError } from '@anyfeed/interfaces'
import { formatAddress, freshName } from './address.ts'
import { type Attachment, firstWith } from './attachment.ts'
import { PortConnection } from './connection.ts'
import { amountOf } from './messages.ts'
import { type Port, post, watch } from './port.ts'

/** What ends a dial before it is answered. */
export interface GiveUp {
  readonly signal: AbortSignal | undefined
  /** Fires when the transport closes. */
  readonly closing: AbortSignal
}

/** Connects with whoever has the name, through what is attached. */
export async function dial(
  name: string,
  attachments: Iterable<Attachment>,
  window: number,
  { signal, closing }: GiveUp
): Promise<PortConnection> {
  const address = formatAddress(name)
  const { port1: near, port2: far } = new MessageChannel() as unknown as { port1: Port; port2: Port }
  let stop = () => {}
  const ends: Array<() => void> = []
  try {
    return await new Promise<PortConnection>((resolve, reject) => {
      const refuse = () => {
        reject(new ConnectionError('ERR_CONNECTION_REFUSED', `nobody listens on ${address}`))
      }
      const until = (ending: AbortSignal | undefined, error: () => Error) => {
        const end = () => reject(error())
        if (ending?.aborted) end()
        ending?.addEventListener('abort', end, { once: true })
        ends.push(() => ending?.removeEventListener('abort', end))
      }
      until(signal, () => new AbortedError(`dialling ${address} was aborted`, { cause: signal?.reason }))
      until(closing, () => new ClosedError('the transport was closed'))
      const answered = (message: unknown) => {
        const remoteWindow = amountOf(message, 'open')
        if (remoteWindow === undefined) return refuse()
        stop()
        post(near, { opened: window })
        resolve(new PortConnection(near, { remoteAddress: address, window, remoteWindow }))
      }
      stop = watch(near, answered, refuse)
      firstWith(name, attachments, false).then((attachment) => {
        if (attachment === undefined) refuse()
        else if (!signal?.aborted && !closing.aborted) {
          attachment.dial({ anyfeed: 'dial', name, from: freshName(), port: far })
        }
      })
    })
  } catch (error) {
    near.close()
    throw error
  } finally {
    stop()
    for (const end of ends) end()
  }
}
