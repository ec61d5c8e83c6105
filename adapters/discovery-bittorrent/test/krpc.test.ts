import type { RemoteInfo, Socket } from 'node:dgram'
import { EventEmitter } from 'node:events'
import { Client } from 'bittorrent-dht'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { decodeBencode } from '../src/bencode.ts'
import { isKrpc } from '../src/krpc.ts'

const numRuns = 10_000

type Value = number | Buffer | string | Value[] | { [key: string]: Value }

function encode(value: Value): Buffer {
  if (typeof value === 'number') return Buffer.from(`i${value}e`)
  if (typeof value === 'string') return encode(Buffer.from(value))
  if (Buffer.isBuffer(value)) return Buffer.concat([Buffer.from(`${value.length}:`), value])
  if (Array.isArray(value)) return Buffer.concat([Buffer.from('l'), ...value.map(encode), Buffer.from('e')])
  const entries = Object.entries(value).flatMap(([key, each]) => [encode(key), encode(each)])
  return Buffer.concat([Buffer.from('d'), ...entries, Buffer.from('e')])
}

const bytes = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((each) => Buffer.from(each))
const { junk } = fc.letrec<{ junk: Value }>((tie) => ({
  junk: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.integer(),
    fc.uint8Array({ maxLength: 40 }).map((each): Value => Buffer.from(each)),
    fc.array(tie('junk'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('id', 'length', 'toString', '__proto__', 'values', 'x'), tie('junk'), { maxKeys: 3 })
  )
}))
/** The right value mostly, so that what comes after it is reached. */
const or = (right: fc.Arbitrary<Value>) => fc.oneof({ weight: 12, arbitrary: right }, { weight: 1, arbitrary: junk })

const body = fc.record(
  {
    id: or(bytes(20)),
    target: or(bytes(20)),
    info_hash: or(bytes(20)),
    token: or(bytes(20)),
    port: or(fc.integer({ min: -1, max: 70_000 })),
    implied_port: or(fc.integer({ min: 0, max: 1 })),
    nodes: or(fc.oneof(bytes(0), bytes(26), bytes(52), bytes(27))),
    values: or(fc.array(fc.oneof(bytes(6), bytes(6), bytes(5)), { maxLength: 4 })),
    v: junk,
    k: junk
  },
  { requiredKeys: ['id'] }
)
const kinds: Record<string, Record<string, fc.Arbitrary<Value>>> = {
  q: { q: or(fc.constantFrom('ping', 'find_node', 'get_peers', 'announce_peer', 'get', 'put', 'vote')), a: or(body) },
  r: { r: or(body) },
  e: { e: or(fc.tuple(fc.integer(), fc.constant('no')).map((each): Value => each)) }
}
const message = fc.constantFrom('q', 'q', 'r', 'e').chain((kind) =>
  fc
    .record<Record<string, Value>>({
      t: or(fc.nat(40).map((n): Value => Buffer.from([n >> 8, n & 255]))),
      y: or(fc.constant(kind)),
      v: junk,
      ...kinds[kind]
    })
    .map((each) => encode(each))
)
/** With a part of another kind of message, now and then. */
const spoiled = fc
  .tuple(message, fc.constantFrom('1:r', '1:a', '1:e', '1:y'), junk, fc.nat(20))
  .map(([packet, key, value, spoil]) =>
    spoil > 0 ? packet : Buffer.concat([packet.subarray(0, -1), Buffer.from(key), encode(value), Buffer.from('e')])
  )

it('decodes what was encoded, and nothing that is damaged', () => {
  expect(decodeBencode(Uint8Array.from(encode({ a: [1, -2, 'x'], b: {} })))).toEqual(
    new Map<string, unknown>([
      ['a', [1, -2, Uint8Array.from(Buffer.from('x'))]],
      ['b', new Map()]
    ])
  )
  const wrong = [
    '',
    'l-3:',
    '-1:',
    '5:abc',
    'i1.5e',
    'ie',
    'i-e',
    'l',
    'd1:ae',
    'd1:ai1e1:ai2ee',
    'i1ex',
    '1',
    `${'l'.repeat(5000)}`
  ]
  for (const text of wrong) expect(decodeBencode(Buffer.from(text))).toBeUndefined()
})

it('takes any bytes without throwing', () => {
  const alphabet = fc.constantFrom(...'dlie:-.0123456789axy'.split('').map((each) => each.charCodeAt(0)))
  const near = fc.array(alphabet, { maxLength: 80 }).map((each) => Uint8Array.from(each))
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), near), (packet) => {
      expect(isKrpc(packet)).toBe(false)
    }),
    { numRuns }
  )
})

it('gives the library no packet that makes it throw, and memory does not grow with them', () => {
  const socket = Object.assign(new EventEmitter(), {
    bind() {},
    address: () => ({ address: '127.0.0.1', port: 1 }),
    close() {},
    send() {}
  })
  const dht = new Client({
    socket: socket as unknown as Socket,
    bootstrap: false,
    maxAge: 1000,
    maxPeers: 100,
    maxValues: 1
  })
  const [listener] = socket.listeners('message') as Array<(packet: Buffer, from: RemoteInfo) => void>
  dht.on('warning', () => {})
  let passed = 0
  const host = fc.nat(255).map((last) => `10.0.0.${last}`)
  fc.assert(
    fc.property(spoiled, host, fc.nat(10), (packet, address, round) => {
      // Questions in flight, so that answers have something to answer.
      if (round === 0) dht.addNode({ host: address, port: 1 })
      if (!isKrpc(packet)) return
      passed++
      listener?.(packet, { address, port: 1, family: 'IPv4', size: packet.length })
    }),
    { numRuns: 3 * numRuns }
  )
  expect(passed).toBeGreaterThan(numRuns / 2)
  expect(dht.nodes.count()).toBeLessThan(1000)
  dht.destroy(() => {})
})
