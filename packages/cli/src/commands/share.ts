import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { addFeed } from '../add-feed.ts'
import { CliError } from '../errors.ts'
import { fileError } from '../explain-error.ts'
import { getCommand } from '../get-command.ts'
import type { NetworkOptions } from '../network/options.ts'
import { Pace } from '../output/pace.ts'
import { Server } from '../serve.ts'
import { openStore } from '../store.ts'
import type { CommandContext } from './command.ts'

const READ_BYTES = 1024 * 1024

/** `share FILE|-`: adds a file, or standard input, as a feed, and serves it. */
export async function share(file: string, options: NetworkOptions, context: CommandContext): Promise<void> {
  const { report, signal } = context
  const size = file === '-' ? undefined : await sizeOf(file)
  await using store = await openStore(context.store)
  // A port that is taken should be known before a large file is read.
  await using server = await Server.open(store, options, report)
  const pace = new Pace()
  const feed = await addFeed(store, input(file, signal), {
    signal,
    onBlock: (blocks, bytes) => {
      if (!pace.due(bytes, size, performance.now())) return
      const total = size === undefined ? {} : { totalBytes: size }
      report.report({ event: 'progress', action: 'add', blocks, bytes, ...total })
    }
  })
  server.watch(feed)
  const id = Buffer.from(feed.id as Uint8Array).toString('hex')
  const { addresses } = server
  const command = getCommand(id, { ...options, addresses, store: store.directory })
  report.report({ event: 'sharing', id, blocks: feed.blocks, bytes: feed.byteLength, addresses, command })
  await server.until(signal)
  report.report({ event: 'done', id, blocks: server.sentBlocks, bytes: server.sentBytes })
}

async function sizeOf(file: string): Promise<number | undefined> {
  const there = await stat(file).catch((error) => {
    throw fileError('share', file, error)
  })
  if (there.isDirectory()) {
    throw new CliError('ERR_FILE', `cannot share ${file}: it is a directory; share one file, such as an archive of it`)
  }
  return there.isFile() ? there.size : undefined
}

/** The bytes to share. They end with the signal's reason when it fires. */
async function* input(file: string, signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
  const stream = file === '-' ? process.stdin : createReadStream(file, { highWaterMark: READ_BYTES })
  const stop = () => stream.destroy()
  signal.addEventListener('abort', stop, { once: true })
  try {
    for await (const chunk of stream) yield chunk as Uint8Array
    signal.throwIfAborted()
  } catch (error) {
    signal.throwIfAborted()
    throw fileError('read', file === '-' ? 'standard input' : file, error)
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
