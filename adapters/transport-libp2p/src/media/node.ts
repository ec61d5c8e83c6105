import { tcp } from '@libp2p/tcp'
import { webSockets } from '@libp2p/websockets'
import { type AllowOrigin, guardedWebSockets } from './web-sockets.ts'

/** What a node in Node reaches others by: TCP, and WebSockets for pages. */
export const media = (allowOrigin?: AllowOrigin) => [
  tcp(),
  allowOrigin === undefined ? webSockets() : guardedWebSockets(allowOrigin)
]

/** Where it listens unless told. */
export const LISTEN: readonly string[] = ['/ip4/0.0.0.0/tcp/0']
