export { certificateIdentity } from './identity.ts'
export type { TcpTransportOptions } from './options.ts'
export { tcpTransport } from './tcp-transport.ts'
export type { TlsOptions } from './tls.ts'
