import type { Discovery } from '@anyfeed/interfaces'
import { createNode } from '@anyfeed/transport-libp2p/node'
import type { Libp2p } from '@libp2p/interface'
import { type Libp2pDiscoveryOptions, libp2pDiscovery } from '../src/index.ts'

/** Rounds of a lookup follow one another at once, so that a test waits for nothing but what happens. */
const IMPATIENT: Libp2pDiscoveryOptions = { lookupInterval: { first: 20, longest: 100 } }

export interface Network {
  /** A node, in the DHT through the first one unless told, and a discovery over it. */
  join(options?: { readonly through?: Member; readonly discovery?: Libp2pDiscoveryOptions }): Promise<Member>
}

export interface Member {
  readonly node: Libp2p
  readonly discovery: Discovery
}

/** Runs a test with a private DHT on loopback; all of it is stopped whatever happens, and what is announced is waited for. */
export async function withNetwork(test: (network: Network) => Promise<void>): Promise<void> {
  const members: Member[] = []
  const join: Network['join'] = async ({ through = members[0], discovery } = {}) => {
    const known = (through?.node.getMultiaddrs() ?? []).map(String)
    const node = await createNode({
      listen: ['/ip4/127.0.0.1/tcp/0'],
      bootstrap: known,
      allowPrivateAddresses: true,
      maxInboundPerSecond: 100_000
    })
    const member = { node, discovery: libp2pDiscovery(node, { ...IMPATIENT, ...discovery }) }
    members.push(member)
    return member
  }
  try {
    await test({ join })
  } finally {
    await Promise.all(members.map((member) => member.discovery.close()))
    await Promise.all(members.map((member) => member.node.stop()))
  }
}

/** A topic that no other test has. */
export function freshTopic(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(32))
}

/** The first `count` addresses that a lookup finds. */
export async function find(discovery: Discovery, topic: Uint8Array, count: number): Promise<string[]> {
  const stop = new AbortController()
  const addresses: string[] = []
  for await (const { address } of discovery.lookup(topic, { signal: stop.signal })) {
    addresses.push(address)
    if (addresses.length === count) break
  }
  stop.abort()
  return addresses
}
