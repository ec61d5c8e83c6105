// Uses a transport with long deadlines in every way, closes it, and has nothing left to do. See exit.test.ts.
import { certificateIdentity, tcpTransport } from '@anyfeed/transport-tcp'
import { parties } from './certificates.ts'

const HOUR = 3_600_000
const options =
  process.argv[2] === 'TLS' ? { tls: { ...parties.a, trusted: [certificateIdentity(parties.a.cert)] } } : {}

const transport = tcpTransport({ ...options, dialTimeout: HOUR, handshakeTimeout: HOUR })
const { addresses } = await transport.listen('/ip4/127.0.0.1/tcp/0', {
  onConnection: (connection) => {
    connection.sink(connection.source).catch(() => {})
  }
})
const [address = ''] = addresses
const whole = await transport.dial(address)
await whole.sink([new Uint8Array(100_000)])
for await (const _ of whole.source);
await whole.closed
await transport.dial(address)
await transport.dial(address, { signal: AbortSignal.abort() }).catch(() => {})
const pending = transport.dial(address).catch(() => {})
await transport.close()
await pending
await transport.dial(address).catch(() => {})
console.log('closed')
