// The part of bittorrent-dht 11 that is used here. It has no types of its own.
declare module 'bittorrent-dht' {
  import type { Socket } from 'node:dgram'
  import type { EventEmitter } from 'node:events'

  interface DhtNode {
    id: Buffer
    host: string
    port: number
    /** When it last answered, in milliseconds since 1970. */
    seen?: number
  }

  interface DhtPeer {
    host: string
    port: number
  }

  export class Client extends EventEmitter<{
    ready: []
    listening: []
    node: [node: DhtNode]
    peer: [peer: DhtPeer, infoHash: Buffer, from: { address?: string; host?: string; port: number } | null]
    warning: [error: Error]
    error: [error: Error]
  }> {
    constructor(options: {
      socket: Socket
      nodeId?: Buffer
      bootstrap: readonly DhtPeer[] | boolean
      /** Where this node is reached: what it announces, it then also tells by itself. */
      host?: string
      /** How long an announcement by others is kept, in milliseconds. */
      maxAge: number
      maxPeers: number
      maxValues: number
      timeBucketOutdated?: number
    })
    readonly nodeId: Buffer
    readonly nodes: { toArray(): DhtNode[]; count(): number }
    readonly ready?: boolean
    readonly destroyed: boolean
    /** What others have announced to this node, as 6 bytes each. Not documented. */
    readonly _peers: { remove(infoHash: string, peer: Buffer): void }
    addNode(node: { host: string; port: number }): void
    listen(port: number, host: string): void
    address(): { address: string; port: number }
    lookup(infoHash: Buffer, callback: (error: Error | null, nodes: number) => void): () => void
    announce(infoHash: Buffer, port: number, callback: (error: Error | null, nodes?: number) => void): void
    destroy(callback: () => void): void
  }
}
