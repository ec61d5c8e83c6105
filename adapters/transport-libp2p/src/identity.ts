import type { Connection, PeerId } from '@libp2p/interface'

/** libp2p's encrypter for tests says who it is and proves nothing. */
const UNPROVEN = '/plaintext/2.0.0'

/** Whether the connection is encrypted and its remote's id proven. Encrypted by the medium itself counts (`native`). */
export function isProven({ encryption }: Connection): boolean {
  return encryption !== undefined && encryption !== UNPROVEN
}

/** The ids of both ends, as their bytes in order one after the other: the same at both ends, and for no other pair. */
export function pairBinding(a: PeerId, b: PeerId): Uint8Array {
  const [first, second] = [a.toMultihash().bytes, b.toMultihash().bytes].sort(compareBytes) as [Uint8Array, Uint8Array]
  const binding = new Uint8Array(first.length + second.length)
  binding.set(first)
  binding.set(second, first.length)
  return binding
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}
