import type { StackSuiteOptions } from '@anyfeed/conformance'
import { Core, type CoreEvents, type CoreOptions, createCore, type Feed, type PeerStream } from '@anyfeed/core'
import { createMemoryRendezvous, memoryDiscovery } from '@anyfeed/discovery-memory'
import { memoryStorage } from '@anyfeed/storage-memory'
import { createMemoryHub, memoryTransport } from '@anyfeed/transport-memory'
import { decodeMessage } from '../../../packages/core/src/wire/decode.ts'
import { encodeExtension } from '../../../packages/core/src/wire/encode.ts'
import { FrameDecoder } from '../../../packages/core/src/wire/frame-decoder.ts'
import { RESPONSE } from '../../../packages/core/src/wire/messages.ts'

export function stackOptions(makeCore: (options: CoreOptions) => Core = createCore): StackSuiteOptions {
  let hub = createMemoryHub()
  let rendezvous = createMemoryRendezvous()
  const [storage, transport, discovery] = [memoryStorage(), memoryTransport(hub), memoryDiscovery(rendezvous)]
  return {
    name: 'all in memory',
    create: () => ({
      storage: memoryStorage(),
      transports: [memoryTransport(hub)],
      discovery: [memoryDiscovery(rendezvous)],
      listen: ['/memory/0']
    }),
    teardown() {
      hub = createMemoryHub()
      rendezvous = createMemoryRendezvous()
    },
    supports: { storage: storage.supports, transport: transport.supports, discovery: discovery.supports },
    createCore: makeCore
  }
}

type Response = Extract<ReturnType<typeof decodeMessage>, { type: typeof RESPONSE }>

/** Shows each response that a stream gets, and passes it on if told to. */
function tap(stream: PeerStream, onResponse: (response: Response) => boolean): PeerStream {
  const decoder = new FrameDecoder()
  const receive = stream.receive.bind(stream)
  let isHandshake = true
  stream.receive = (chunk) => {
    for (const frame of decoder.push(chunk)) {
      const message =
        isHandshake || frame.length === 0 || (frame[0] as number) > RESPONSE ? undefined : decodeMessage(frame)
      isHandshake = false
      const passes = message?.type !== RESPONSE || onResponse(message as Response)
      if (passes)
        receive(frame.length === 0 ? Uint8Array.of(0) : encodeExtension(frame[0] as number, frame.subarray(1)))
    }
  }
  return stream
}

/** Gives its readers whatever a peer sent. */
class SkipsVerification extends Core {
  readonly #waiting: Array<{ block: number; resolve: (data: Uint8Array) => void }> = []

  override replicate(...args: Parameters<Core['replicate']>): PeerStream {
    return tap(super.replicate(...args), ({ block, data }) => {
      for (const each of this.#waiting) if (each.block === block) each.resolve(new Uint8Array(data))
      return true
    })
  }

  override get(...args: Parameters<Core['get']>): Feed {
    const feed = super.get(...args)
    const get = feed.get.bind(feed)
    feed.get = (block, options) => {
      const unverified = new Promise<Uint8Array>((resolve) => this.#waiting.push({ block, resolve }))
      return Promise.race([get(block, options), unverified])
    }
    return feed
  }
}

/** Takes a block for there that nobody asked for. */
class AcceptsUnasked extends Core {
  readonly #wanted = new Set<number>()
  readonly #came = new Set<number>()

  override replicate(...args: Parameters<Core['replicate']>): PeerStream {
    return tap(super.replicate(...args), ({ block }) => {
      if (!this.#wanted.has(block)) this.#came.add(block)
      return this.#wanted.has(block)
    })
  }

  override get(...args: Parameters<Core['get']>): Feed {
    const feed = super.get(...args)
    const [get, has] = [feed.get.bind(feed), feed.has.bind(feed)]
    feed.get = (block, options) => {
      this.#wanted.add(block)
      return get(block, options)
    }
    feed.has = (block) => this.#came.has(block) || has(block)
    return feed
  }
}

/** Serves what was appended so far under the id that it would have. */
class ServesUnfinished extends Core {
  override add(...args: Parameters<Core['add']>): Feed {
    const feed = super.add(...args)
    const append = feed.append.bind(feed)
    const all: Array<Uint8Array | string> = []
    feed.append = async (blocks, options) => {
      await append(blocks, options)
      all.push(...([blocks].flat() as Array<Uint8Array | string>))
      const early = super.add()
      await early.append(all)
      await early.finalize()
    }
    return feed
  }
}

/** Never says that a feed is of no more use: it is announced for ever. */
class StaysInterested extends Core {
  override emit<Name extends keyof CoreEvents>(event: Name, ...args: CoreEvents[Name]): boolean {
    return event !== 'uninterested' && super.emit(event, ...args)
  }
}

/** Each fault, with the case that is made for it. */
export const coreFaults: ReadonlyArray<readonly [fault: string, caseName: string, new (options: CoreOptions) => Core]> =
  [
    ['skips verification', 'wire.wrong-block', SkipsVerification],
    ['accepts unasked blocks', 'wire.unasked-block', AcceptsUnasked],
    ['serves unfinished feeds', 'peers.unfinished-is-not-served', ServesUnfinished],
    ['never has no use for a feed', 'find.uninterested', StaysInterested]
  ]
