import { bestFirst } from '../addresses.ts'
import { isInterruption } from '../errors.ts'
import { fired } from '../fired.ts'
import type { NetworkOptions } from '../network/options.ts'
import { openStore } from '../store.ts'
import type { CommandContext } from './command.ts'

/** `node`: lets others find each other, as a server of the DHT and a way into it. */
export async function node(options: NetworkOptions, context: CommandContext): Promise<void> {
  const { report, signal } = context
  // No feed is in there: it keeps the key, and another node from using the same.
  await using store = await openStore(context.store)
  // Only where it is needed: libp2p takes longer to load than all the rest.
  const { startNode } = await import('../network/libp2p-node.ts')
  const running = await startNode({ ...options, keyIn: store.directory })
  try {
    report.report({ event: 'listening', addresses: bestFirst(running.getMultiaddrs().map(String)) })
    await fired(signal)
    if (!isInterruption(signal.reason)) throw signal.reason
    report.report({ event: 'done' })
  } finally {
    await running.stop()
  }
}
