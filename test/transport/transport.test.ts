import { createMemoryHub, memoryTransport } from '@anyfeed/transport-memory'
import { tcpTransport } from '@anyfeed/transport-tcp'
import { parties } from '../../adapters/transport-tcp/test/certificates.ts'
import { transportBehaviour } from './transport-behaviour.ts'

const hub = createMemoryHub()
transportBehaviour('memory', {
  create: () => memoryTransport(hub),
  anyAddress: () => '/memory/0',
  foreignAddress: '/memory/a/b'
})

const tcp = { anyAddress: () => '/ip4/127.0.0.1/tcp/0', foreignAddress: '/ip4/127.0.0.1/tcp/65536' }
transportBehaviour('tcp', { ...tcp, create: () => tcpTransport() })
transportBehaviour('tcp with TLS', {
  ...tcp,
  create: () => tcpTransport({ tls: { ...parties.a, ca: parties.a.cert } })
})
