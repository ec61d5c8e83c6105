import { MessageChannel } from 'node:worker_threads'
import { type MessagePortTransport, messagePortTransport } from '@anyfeed/transport-messageport'
import { transportBehaviour } from './transport-behaviour.ts'

const alive = new Map<MessagePortTransport, string>()
let made = 0

transportBehaviour('MessagePorts of threads', {
  create() {
    const transport = messagePortTransport()
    for (const other of alive.keys()) {
      const { port1, port2 } = new MessageChannel()
      transport.attach(port1)
      other.attach(port2)
    }
    alive.set(transport, `/messageport/${++made}`)
    const close = transport.close.bind(transport)
    transport.close = async () => {
      alive.delete(transport)
      await close()
    }
    return transport
  },
  anyAddress: (transport) => alive.get(transport as MessagePortTransport) ?? '/messageport/0',
  foreignAddress: '/messageport/a/b',
  oneDoor: true
})
