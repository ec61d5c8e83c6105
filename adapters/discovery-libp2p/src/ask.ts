import type { Clock } from '@anyfeed/interfaces'
import type { PeerId, Stream } from '@libp2p/interface'
import { byteStream } from '@libp2p/utils'
import { decodeAddresses, MAX_ADDRESS_LENGTH, MAX_ADDRESSES } from './addresses-message.ts'
import { withDeadline } from './deadline.ts'
import { ADDRESSES_PROTOCOL, ANSWER_TIMEOUT, type Libp2pNode } from './protocol.ts'

/** The most bytes of an answer. */
const MAX_ANSWER = 1 + MAX_ADDRESSES * (2 + MAX_ADDRESS_LENGTH)

/** Asks a peer under which addresses it serves a topic. Rejects when it cannot be reached or does not answer within 5 s. */
export async function ask(
  node: Libp2pNode,
  clock: Clock,
  peer: PeerId,
  topic: Uint8Array,
  signal: AbortSignal
): Promise<string[]> {
  let stream: Stream | undefined
  try {
    return await withDeadline(clock, ANSWER_TIMEOUT, signal, async (signal) => {
      const connection = await node.dial(peer, { signal })
      stream = await connection.newStream([ADDRESSES_PROTOCOL], { signal, runOnLimitedConnection: true })
      // The deadline may have passed between libp2p's last look at it and now.
      signal.throwIfAborted()
      const bytes = byteStream(stream, { maxBufferSize: MAX_ANSWER })
      await bytes.write(topic, { signal })
      return await decodeAddresses(async (count) => (await bytes.read({ bytes: count, signal })).subarray())
    })
  } finally {
    // Nothing is left to say, whether there was an answer or not; a close would wait for the other end.
    stream?.abort(new Error('the question is over'))
  }
}
