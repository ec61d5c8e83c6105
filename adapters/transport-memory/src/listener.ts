import { handOver } from '@anyfeed/adapter-kit'
import { AbortedError, type Connection, type Listener, type ListenOptions } from '@anyfeed/interfaces'
import { formatAddress, requireName } from './address.ts'
import { connectionPair } from './connection.ts'
import type { MemoryHub } from './hub.ts'

/** Takes a name of the hub and answers those who dial it. `adopt` is told of each connection's near end. */
export function openListener(
  hub: MemoryHub,
  address: string,
  { onConnection, signal }: ListenOptions,
  maxBuffered: number,
  adopt: (connection: Connection) => void
): Listener {
  const asked = requireName(address)
  if (signal?.aborted) throw new AbortedError(`listening on ${address} was aborted`, { cause: signal.reason })
  const name = asked === '0' ? hub.freshName() : asked
  const own = formatAddress(name)

  hub.register(name, (dialler, bound) => {
    const [far, near] = connectionPair([dialler, own], Math.min(bound, maxBuffered))
    adopt(near)
    handOver(near, onConnection)
    return far
  })

  let open = true
  let resolveClosed: () => void
  const closed = new Promise<void>((resolve) => {
    resolveClosed = resolve
  })
  const close = () => {
    if (!open) return closed
    open = false
    signal?.removeEventListener('abort', close)
    hub.release(name)
    resolveClosed()
    return closed
  }
  signal?.addEventListener('abort', close, { once: true })
  return { addresses: [own], closed, close }
}
