import type { Discovery } from '@anyfeed/interfaces'
import { turn } from '../wait/turn.ts'

/** A topic that no other case has. */
export function freshTopic(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(32))
}

/** An address that every medium holds. */
export function port(number: number): string {
  return `/ip4/127.0.0.1/tcp/${number}`
}

/** Looks until `count` addresses were found, again and again where a lookup ends. Sorted. */
export async function find(discovery: Discovery, topic: Uint8Array, count: number): Promise<string[]> {
  const found = new Set<string>()
  while (found.size < count) {
    const leave = new AbortController()
    for await (const { address } of discovery.lookup(topic, { signal: leave.signal })) {
      found.add(address)
      if (found.size === count) leave.abort()
    }
    // A lookup that ends at once must not keep everything else from running.
    await turn()
  }
  return [...found].sort()
}

/** All that is found until `signal` fires, or the lookup ends. */
export async function all(discovery: Discovery, topic: Uint8Array, signal: AbortSignal): Promise<string[]> {
  const found: string[] = []
  for await (const { address } of discovery.lookup(topic, { signal })) found.push(address)
  return found
}

/** What a lookup that goes on finds up to an address, with it. */
export async function findUntil(discovery: Discovery, topic: Uint8Array, last: string): Promise<string[]> {
  const leave = new AbortController()
  const found: string[] = []
  for await (const { address } of discovery.lookup(topic, { signal: leave.signal })) {
    found.push(address)
    if (address === last) break
  }
  leave.abort()
  return found
}
