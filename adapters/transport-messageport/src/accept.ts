import { formatAddress } from './address.ts'
import { PortConnection } from './connection.ts'
import { amountOf, type Introduction } from './messages.ts'
import { type Port, post, watch } from './port.ts'

/** Answers a dial, and gives `adopt` the connection once the dialler has agreed. */
export function accept(
  { port, from }: Introduction & { anyfeed: 'dial' },
  window: number,
  adopt: (connection: PortConnection) => void
): void {
  const agreed = (message: unknown) => {
    stop()
    const remoteWindow = amountOf(message, 'opened')
    // Whoever gave up meanwhile says nothing more, or nonsense.
    if (remoteWindow === undefined) port.close()
    else adopt(new PortConnection(port, { remoteAddress: formatAddress(from), window, remoteWindow }))
  }
  const stop = watch(port, agreed, () => stop())
  post(port, { open: window })
}

/** Tells the dialler that nobody is here. */
export function refuse(port: Port): void {
  post(port, { refused: true })
  port.close()
}
