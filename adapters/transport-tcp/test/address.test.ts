import { networkInterfaces } from 'node:os'
import { tcpTransport } from '@anyfeed/transport-tcp'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { closing, listenOn, readAll } from './open.ts'

const ACCEPTED = [
  '/ip4/127.0.0.1/tcp/0',
  '/ip4/255.255.255.255/tcp/65535',
  '/ip6/::/tcp/1',
  '/ip6/2001:db8::1/tcp/4000',
  '/dns/example.com/tcp/80',
  '/dns4/localhost/tcp/80',
  '/dns6/a-b.example_x.org./tcp/80'
]

const REFUSED = [
  '/ip4/127.0.0.1/tcp/65536',
  '/ip4/127.0.0.1/tcp/-1',
  '/ip4/127.0.0.1/tcp/01',
  '/ip4/127.0.0.1/tcp/1.5',
  '/ip4/127.0.0.1/tcp/',
  '/ip4/127.0.0.1/tcp/1 ',
  '/ip4/127.0.0.1/udp/1',
  '/ip4/127.0.0.1/tcp/1/ws',
  '/ip4/127.0.0.01/tcp/1',
  '/ip4/::1/tcp/1',
  '/ip6/127.0.0.1/tcp/1',
  '/ip6/fe80::1%eth0/tcp/1',
  '/ip6/%eth0/tcp/1',
  '/dns4/-a/tcp/1',
  '/dns4/a..b/tcp/1',
  '/dns4/ä.example/tcp/1',
  `/dns4/${'a'.repeat(64)}/tcp/1`,
  'tcp://127.0.0.1:1'
]

it('takes what is an address and refuses what is not', async () => {
  const transport = tcpTransport()
  for (const address of ACCEPTED) expect([address, transport.handles(address)]).toEqual([address, true])
  for (const address of REFUSED) {
    expect([address, transport.handles(address)]).toEqual([address, false])
    await expect(transport.dial(address)).rejects.toBeInstanceOf(TypeError)
    await expect(transport.listen(address, { onConnection() {} })).rejects.toBeInstanceOf(TypeError)
  }
})

it('answers for any string', () => {
  const { handles } = tcpTransport()
  const part = fc.oneof(fc.constantFrom('ip4', 'ip6', 'dns4', 'tcp', '::1', '127.0.0.1', '80', '%', ''), fc.string())
  const texts = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.array(part).map((parts) => `/${parts.join('/')}`)
  )
  fc.assert(fc.property(texts, (text) => typeof handles(text) === 'boolean'))
  fc.assert(fc.property(fc.ipV4(), fc.nat(65535), (ip, port) => handles(`/ip4/${ip}/tcp/${port}`)))
  fc.assert(fc.property(fc.ipV6(), fc.nat(65535), (ip, port) => handles(`/ip6/${ip}/tcp/${port}`)))
})

it('lists one address for each interface when it listens on all', () =>
  inTransport(async (transport) => {
    const { listener } = await listenOn(transport, '/ip4/0.0.0.0/tcp/0')
    const own = Object.values(networkInterfaces()).flatMap((each) => each ?? [])
    const port = listener.addresses[0]?.split('/')[4]
    const expected = own.filter((each) => each.family === 'IPv4').map((each) => `/ip4/${each.address}/tcp/${port}`)
    expect([...listener.addresses].sort()).toEqual(expected.sort())
    expect(listener.addresses).toContain(`/ip4/127.0.0.1/tcp/${port}`)
    await transport.dial(`/ip4/127.0.0.1/tcp/${port}`)
  }))

it('looks names up', () =>
  inTransport(async (transport) => {
    const { port, accepted, address } = await listenOn(transport, '/dns4/localhost/tcp/0')
    expect(address).toBe(`/ip4/127.0.0.1/tcp/${port}`)
    for (const kind of ['dns', 'dns4']) {
      const connection = await transport.dial(`/${kind}/localhost/tcp/${port}`)
      expect(connection.remoteAddress).toBe(address)
      await accepted()
    }
    const nowhere = transport.dial('/dns4/nowhere.invalid/tcp/1')
    await expect(nowhere).rejects.toMatchObject({ code: 'ERR_ADDRESS_UNREACHABLE' })
  }))

it('speaks IPv6, and listens on one port for each family', (context) =>
  inTransport(async (transport) => {
    const own = Object.values(networkInterfaces()).flatMap((each) => each ?? [])
    if (!own.some((each) => each.address === '::1')) {
      console.log('skipped: "speaks IPv6": this machine has no ::1')
      context.skip('this machine has no ::1')
    }
    const { port, address, accepted } = await listenOn(transport, '/ip6/::1/tcp/0')
    expect(address).toBe(`/ip6/::1/tcp/${port}`)
    const near = await transport.dial(address)
    const far = await accepted()
    expect(far.remoteAddress).toMatch(/^\/ip6\/::1\/tcp\/\d+$/)
    await near.sink([new Uint8Array(9)])
    expect(await readAll(far.source)).toEqual({ bytes: 9 })
    const all = await listenOn(transport, '/ip6/::/tcp/0')
    expect(all.listener.addresses).toContain(`/ip6/::1/tcp/${all.port}`)
    expect(all.listener.addresses.filter((each) => /fe80|%/.test(each))).toEqual([])
    await listenOn(transport, `/ip4/0.0.0.0/tcp/${all.port}`)
  }))

it('refuses options out of range', () => {
  for (const wrong of [0, -1, 1.5, Number.NaN]) {
    expect(() => tcpTransport({ maxBuffered: wrong })).toThrow(RangeError)
    expect(() => tcpTransport({ dialTimeout: wrong })).toThrow(RangeError)
    expect(() => tcpTransport({ handshakeTimeout: wrong })).toThrow(RangeError)
  }
  expect(() => tcpTransport({ tls: { key: 'no key', cert: 'no certificate' } })).toThrow()
})

async function inTransport(test: (transport: ReturnType<typeof tcpTransport>) => Promise<void>): Promise<void> {
  const transport = tcpTransport()
  await closing([transport], () => test(transport))
}
