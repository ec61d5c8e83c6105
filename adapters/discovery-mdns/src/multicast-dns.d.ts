// The part of multicast-dns 7 that is used here. It has no types of its own.
declare module 'multicast-dns' {
  import type { Socket } from 'node:dgram'

  interface Answer {
    name: string
    type: 'PTR' | 'TXT'
    /** Seconds. */
    ttl: number
    data: string | Buffer[]
  }

  interface OutgoingPacket {
    type: 'query' | 'response'
    flags?: number
    questions?: Array<{ name: string; type: 'PTR' | 'TXT' }>
    answers?: Answer[]
    additionals?: Answer[]
  }

  interface MulticastDns {
    on(event: 'ready', listener: () => void): void
    on(event: 'error' | 'warning', listener: (error: Error) => void): void
    send(packet: OutgoingPacket, callback: (error?: Error | null) => void): void
    destroy(callback: () => void): void
  }

  export default function multicastDns(options: {
    socket: Socket
    port: number
    bind: string
    interface?: string
  }): MulticastDns
}
