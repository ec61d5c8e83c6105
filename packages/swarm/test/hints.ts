import type { Discovered, Discovery } from '@anyfeed/interfaces'

/** A discovery that finds what it is told, once in each lookup, for any topic or by topic. */
export function hints(found: readonly string[] | ((topic: Uint8Array) => Iterable<string>), name = 'hints'): Discovery {
  return {
    name,
    supports: { addresses: 'any', continuous: false, forgetsAfter: 0 },
    announce: async (_topic, _addresses, { signal }) => {
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
    },
    async *lookup(topic): AsyncGenerator<Discovered, void> {
      for (const address of typeof found === 'function' ? found(topic) : found) yield { address, source: name }
    },
    close: async () => {}
  }
}

/** So many addresses that the scripted transport handles. */
export function addresses(count: number, prefix = ''): string[] {
  return Array.from({ length: count }, (_, i) => `/scripted/${prefix}${i}`)
}
