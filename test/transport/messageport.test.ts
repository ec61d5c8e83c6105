import { MessageChannel } from 'node:worker_threads'
import { type MessagePortTransport, messagePortTransport } from '@anyfeed/transport-messageport'
import { transportBehaviour } from './transport-behaviour.ts'

const alive = new Set<MessagePortTransport>()

transportBehaviour('MessagePorts of threads', {
  create() {
    const transport = messagePortTransport()
    for (const other of alive) {
      const { port1, port2 } = new MessageChannel()
      transport.attach(port1)
      other.attach(port2)
    }
    alive.add(transport)
    const close = transport.close.bind(transport)
    transport.close = async () => {
      alive.delete(transport)
      await close()
    }
    return transport
  },
  anyAddress: () => '/messageport/0',
  foreignAddress: '/messageport/a/b'
})
