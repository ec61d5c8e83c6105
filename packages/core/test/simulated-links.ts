import type { Core, PeerStream } from '@anyfeed/core'
import type { SimulatedClock } from './simulated-clock.ts'

export interface LinkOptions {
  /** Milliseconds that each byte takes to the other side. */
  readonly latency: number
  /** Bytes that may pass in a second, in each direction. */
  readonly bytesPerSecond: number
}

/** Two cores joined by a link of a given latency and rate, in simulated time. Returns the bytes that passed, each way. */
export function link(clock: SimulatedClock, a: Core, b: Core, options: LinkOptions): [number, number] {
  const bytes: [number, number] = [0, 0]
  const [left, right] = [a.replicate(), b.replicate()]
  void carry(clock, left, right, options, (count) => {
    bytes[0] += count
  })
  void carry(clock, right, left, options, (count) => {
    bytes[1] += count
  })
  return bytes
}

async function carry(
  clock: SimulatedClock,
  from: PeerStream,
  to: PeerStream,
  { latency, bytesPerSecond }: LinkOptions,
  count: (bytes: number) => void
): Promise<void> {
  let freeAt = 0
  try {
    for await (const chunk of from.source) {
      for (let offset = 0; offset < chunk.length; offset += 1500) {
        const packet = chunk.slice(offset, offset + 1500)
        freeAt = Math.max(freeAt, clock.now()) + (packet.length / bytesPerSecond) * 1000
        clock.setTimeout(
          () => {
            count(packet.length)
            to.receive(packet)
          },
          freeAt + latency - clock.now()
        )
      }
      // A sender may be ahead of the link by one bandwidth-delay product, as TCP is.
      const ahead = freeAt - clock.now() - 2 * latency
      if (ahead > 0) await new Promise<void>((resolve) => clock.setTimeout(resolve, ahead))
    }
  } catch {
    // The stream was ended by its core.
  }
}
