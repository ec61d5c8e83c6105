import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Listener } from '@libp2p/interface'
import { type WebSocketsInit, webSockets } from '@libp2p/websockets'

/** Whether a page may connect: `origin` is where it comes from, `host` the name under which it asks, as it says itself. */
export type AllowOrigin = (origin: string, host: string) => boolean

/** What a listener of @libp2p/websockets calls when a WebSocket is asked for. */
interface Upgrading extends Listener {
  onUpgrade?(request: IncomingMessage, socket: Duplex, head: Buffer): void
}

const REFUSAL = 'HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'

/**
 * WebSockets for a node that some pages may use and others may not. Any page can have its browser open a WebSocket to
 * this machine, but cannot keep the browser from saying for which page (`Origin`, RFC 6455 section 10.2). Programs that
 * are no pages say nothing, and are let in.
 */
export function guardedWebSockets(allowOrigin: AllowOrigin, init?: WebSocketsInit): ReturnType<typeof webSockets> {
  const make = webSockets(init)
  return (components) => {
    const transport = make(components)
    const createListener = transport.createListener.bind(transport)
    transport.createListener = (options) => {
      const listener: Upgrading = createListener(options)
      const onUpgrade = listener.onUpgrade?.bind(listener)
      // Rather none than one that lets everybody in.
      if (onUpgrade === undefined) throw new Error('this @libp2p/websockets cannot tell which page asks')
      listener.onUpgrade = (request, socket, head) => {
        const { origin, host = '' } = request.headers
        if (origin === undefined || allowOrigin(origin, host)) onUpgrade(request, socket, head)
        else socket.end(REFUSAL)
      }
      return listener
    }
    return transport
  }
}
