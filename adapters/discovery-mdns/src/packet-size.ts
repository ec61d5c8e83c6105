/** What a packet holds, in bytes, so that it fits into one Ethernet frame. */
export const PACKET_BYTES = 1400

/** Takes from the front of `waiting` what fits into one packet: one thing at least, however large, if there is one. */
export function takeForPacket<T>(waiting: Set<T>, sizeOf: (each: T) => number): T[] {
  const taken: T[] = []
  let room = PACKET_BYTES
  for (const each of waiting) {
    room -= sizeOf(each)
    if (room < 0 && taken.length > 0) break
    waiting.delete(each)
    taken.push(each)
  }
  return taken
}
