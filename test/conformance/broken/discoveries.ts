import type { DiscoverySuiteOptions } from '@anyfeed/conformance'
import { createMemoryRendezvous, memoryDiscovery } from '@anyfeed/discovery-memory'
import type { Discovered, Discovery } from '@anyfeed/interfaces'

export type DiscoveryFault = (discovery: Discovery) => Partial<Discovery>

const never = new AbortController().signal

export function discoveryOptions(fault: DiscoveryFault = () => ({})): DiscoverySuiteOptions {
  let rendezvous = createMemoryRendezvous()
  const create = (): Discovery => {
    const discovery = memoryDiscovery(rendezvous)
    return {
      name: discovery.name,
      supports: discovery.supports,
      announce: (topic, addresses, options) => discovery.announce(topic, addresses, options),
      lookup: (topic, options) => discovery.lookup(topic, options),
      close: () => discovery.close(),
      ...fault(discovery)
    }
  }
  const teardown = () => {
    rendezvous = createMemoryRendezvous()
  }
  return { name: 'a discovery in memory', create, teardown, supports: create().supports }
}

/** Changes what is found. */
const finding =
  (change: (found: AsyncIterable<Discovered>) => AsyncIterable<Discovered>): DiscoveryFault =>
  (discovery) => ({ lookup: (topic, options) => change(discovery.lookup(topic, options)) })

/** Each fault, with the case that is made for it. */
export const discoveryFaults: ReadonlyArray<readonly [fault: string, caseName: string, DiscoveryFault]> = [
  [
    'leaks topics to those who look for others',
    'discovery.topic.no-leak',
    (discovery) => ({
      announce: (topic, ...rest) => discovery.announce(blurred(topic), ...rest),
      lookup: (topic, options) => discovery.lookup(blurred(topic), options)
    })
  ],
  [
    'never forgets',
    'discovery.left.not-found',
    (discovery) => ({
      async announce(topic, addresses, { signal }) {
        discovery.announce(topic, addresses, { signal: never }).catch(() => {})
        if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve))
      }
    })
  ],
  [
    'forgets later than it says',
    'discovery.left.forgotten-in-time',
    (discovery) => ({
      supports: { ...discovery.supports, forgetsAfter: 10 },
      // It resolves as if all were withdrawn, and goes on.
      async announce(topic, addresses, { signal }) {
        discovery.announce(topic, addresses, { signal: never }).catch(() => {})
        if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve))
      }
    })
  ],
  [
    'cuts addresses off',
    'discovery.addresses.byte-for-byte',
    finding(async function* (found) {
      for await (const { address, source } of found) yield { address: address.slice(0, 255), source }
    })
  ],
  [
    'ignores the signal of a lookup',
    'discovery.signal.ends-looking',
    (discovery) => ({ lookup: (topic) => discovery.lookup(topic, { signal: never }) })
  ],
  [
    'finds an address again and again',
    'discovery.found.several-announcers',
    finding(async function* (found) {
      for await (const each of found) {
        yield each
        yield each
      }
    })
  ],
  [
    'says nothing of late comers',
    'discovery.found.while-looking',
    finding(async function* (found) {
      for await (const each of found) {
        yield each
        return
      }
    })
  ],
  [
    'lets one announcement that is withdrawn take all others with it',
    'discovery.left.others-stay',
    (discovery) => {
      const all = new AbortController()
      return {
        announce(topic, addresses, { signal }) {
          signal.addEventListener('abort', () => all.abort())
          return discovery.announce(topic, addresses, { signal: AbortSignal.any([signal, all.signal]) })
        }
      }
    }
  ],
  [
    'fails with its signal, where it is to end',
    'discovery.signal.ends-announcing',
    (discovery) => ({
      async announce(topic, addresses, { signal }) {
        await discovery.announce(topic, addresses, { signal })
        signal.throwIfAborted()
      }
    })
  ]
]

function blurred(topic: Uint8Array): Uint8Array {
  return topic.map((byte, i) => (i === 0 && topic.length === 32 ? byte & 0 : byte))
}
