import { tcp } from '@libp2p/tcp'
import { webSockets } from '@libp2p/websockets'

/** What a node in Node reaches others by: TCP, and WebSockets for pages. */
export const media = () => [tcp(), webSockets()]

/** Where it listens unless told. */
export const LISTEN: readonly string[] = ['/ip4/0.0.0.0/tcp/0']
