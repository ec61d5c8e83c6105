import { ProtocolError } from '@anyfeed/interfaces'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_EXTENSION_NAME_BYTES, MAX_FRAME_BYTES, MAX_HAVE_BLOCKS, MAX_PROOF_NODES } from '../src/limits.ts'
import { decodeHandshake, decodeMessage } from '../src/wire/decode.ts'
import { encodeExtension, encodeHandshake, encodeMessage, encodeParts } from '../src/wire/encode.ts'
import { FrameDecoder } from '../src/wire/frame-decoder.ts'
import { HAVE, type Handshake, type Message, RESPONSE } from '../src/wire/messages.ts'
import { ProtobufReader } from '../src/wire/protobuf-reader.ts'
import { VarintReader, writeVarint } from '../src/wire/varint.ts'

const runs = { seed: 5, numRuns: 500 }
const number = fc.oneof(
  fc.nat(300),
  fc.maxSafeNat(),
  fc.nat(53).map((e) => Math.min(2 ** e, 2 ** 53 - 1))
)
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
// Shorter and longer ones than are copied.
const blob = fc.oneof(fc.uint8Array({ maxLength: 400 }), fc.integer({ min: 1000, max: 1100 }).chain(bytes))

const message: fc.Arbitrary<Message> = fc.oneof(
  fc.record({ type: fc.constant(0 as const), channel: number, id: bytes(32) }),
  fc.record({ type: fc.constantFrom(1 as const, 3 as const, 4 as const), channel: number }),
  fc.record({
    type: fc.constant(2 as const),
    channel: number,
    blocks: fc.array(number, { maxLength: 40 }),
    bitfield: fc.option(blob, { nil: undefined })
  }),
  fc.record({ type: fc.constantFrom(5 as const, 7 as const), channel: number, block: number }),
  fc.record({
    type: fc.constant(6 as const),
    channel: number,
    block: number,
    data: blob,
    proof: fc.array(fc.record({ index: number, hash: bytes(32) }), { maxLength: MAX_PROOF_NODES })
  }),
  fc.record({ type: fc.constant(8 as const), channel: number, prefix: bytes(2), proof: bytes(32) })
)
const handshake: fc.Arbitrary<Handshake> = fc
  .record({
    protocol: fc.string({ maxLength: 40, unit: 'grapheme' }),
    version: fc.nat(3),
    id: bytes(32),
    extensions: fc.array(fc.string({ maxLength: 20, unit: 'grapheme' }), { maxLength: 64 }),
    nonce: bytes(32)
  })
  .map((all) => ({ ...all, nonce: all.version > 0 ? all.nonce : undefined }))

function frames(decoder: FrameDecoder, ...chunks: Uint8Array[]): Uint8Array[] {
  return chunks.flatMap((chunk) => [...decoder.push(chunk)].map((frame) => frame.slice()))
}

/** The bytes, cut at the given places. */
function cut(all: Uint8Array, places: readonly number[]): Uint8Array[] {
  const sorted = [...new Set(places.map((place) => place % (all.length + 1)))].sort((a, b) => a - b)
  return [...sorted, all.length].map((end, i) => all.subarray(sorted[i - 1] ?? 0, end))
}

function payload(frame: Uint8Array): Uint8Array {
  return frames(new FrameDecoder(), frame)[0] as Uint8Array
}

describe('varints', () => {
  it('go there and back, in as many bytes as they say', () => {
    fc.assert(
      fc.property(number, (value) => {
        const out = new Uint8Array(10)
        const end = writeVarint(out, 0, value)
        expect(end).toBe(Math.max(1, Math.ceil(value.toString(2).length / 7)))
        const reader = new VarintReader()
        const read = [...out.subarray(0, end)].map((byte) => reader.push(byte))
        expect(read.pop()).toBe(value)
        expect(read.every((value) => value === undefined)).toBe(true)
        expect(reader.partial).toBe(false)
      }),
      runs
    )
  })

  it('beyond 2^53 - 1, or without an end, are refused', () => {
    const read = (digits: string) => {
      const reader = new ProtobufReader(new Uint8Array(Buffer.from(`08${digits}`, 'hex')))
      return [reader.field(), reader.number()]
    }
    expect(() => read('ffffffffffffff0f')).not.toThrow()
    expect(() => read('8080808080808010')).toThrow(ProtocolError)
    expect(() => read('ffffffffffffffffff01')).toThrow(ProtocolError)
    expect(() => read('8080808080808080808080')).toThrow(ProtocolError)
    const endless = new VarintReader()
    for (let i = 0; i < 10; i++) endless.push(128)
    expect(() => endless.push(128)).toThrow(ProtocolError)
  })
})

describe('frames', () => {
  it('are the same however the bytes are split', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 5000 }), { maxLength: 6 }),
        fc.array(fc.nat()),
        (payloads, places) => {
          const all = Buffer.concat(
            payloads.map((payload) => encodeExtension(payload[0] as number, payload.subarray(1)))
          )
          const decoder = new FrameDecoder()
          expect(frames(decoder, ...cut(new Uint8Array(all), places))).toEqual(payloads)
          expect(decoder.partial).toBe(false)
        }
      ),
      runs
    )
  })

  it('come byte by byte', () => {
    const payload = new Uint8Array(70_000).map((_, i) => i)
    const all = encodeExtension(payload[0] as number, payload.subarray(1))
    const decoder = new FrameDecoder()
    for (const byte of all.subarray(0, -1)) {
      expect(frames(decoder, Uint8Array.of(byte))).toEqual([])
      expect(decoder.partial).toBe(true)
    }
    expect(frames(decoder, all.subarray(-1))).toEqual([payload])
  })

  it('are not copied where their chunks follow each other in memory, and are where not', () => {
    const all = encodeExtension(64, new Uint8Array(70_000).fill(7))
    const [start, middle] = [all.subarray(0, 30_000), all.subarray(30_000, 60_000)]
    const whole = (chunks: Uint8Array[]) => {
      const decoder = new FrameDecoder()
      return chunks.flatMap((chunk) => [...decoder.push(chunk)])[0] as Uint8Array
    }
    const inPlace = whole([start, middle, all.subarray(60_000)])
    expect(inPlace).toEqual(all.subarray(3))
    expect(inPlace.buffer).toBe(all.buffer)
    const moved = whole([start, middle.slice(), all.subarray(60_000)])
    expect(moved).toEqual(all.subarray(3))
    expect(moved.buffer).not.toBe(all.buffer)
  })

  it('of any length do not make anyone allocate: only what has arrived is held', () => {
    const sizes: number[] = []
    const decoders: FrameDecoder[] = []
    const length = new Uint8Array(4)
    writeVarint(length, 0, MAX_FRAME_BYTES)
    global.gc?.()
    const before = process.memoryUsage().arrayBuffers
    for (let i = 0; i < 200; i++) {
      const decoder = new FrameDecoder()
      frames(decoder, length, Uint8Array.of(1))
      decoders.push(decoder)
    }
    sizes.push(process.memoryUsage().arrayBuffers - before)
    // 200 announced frames of 5 MiB, of which one byte each has come: 16 KiB each, not 1,000 MiB.
    expect(sizes[0]).toBeLessThan(16 * 1024 * 1024)
    expect(decoders.every((decoder) => decoder.partial)).toBe(true)
  })

  it('over 5 MiB are refused, as soon as the length is known', () => {
    const length = new Uint8Array(4)
    writeVarint(length, 0, MAX_FRAME_BYTES)
    expect(frames(new FrameDecoder(), length)).toEqual([])
    writeVarint(length, 0, MAX_FRAME_BYTES + 1)
    expect(() => frames(new FrameDecoder(), length)).toThrow(ProtocolError)
  })

  it('without bytes are keep-alives', () => {
    expect(frames(new FrameDecoder(), Uint8Array.of(0, 0, 1, 7, 0))).toEqual([
      new Uint8Array(0),
      new Uint8Array(0),
      Uint8Array.of(7),
      new Uint8Array(0)
    ])
  })
})

describe('messages', () => {
  it('go there and back', () => {
    fc.assert(
      fc.property(message, (message) => {
        const frame = encodeMessage(message)
        expect(decodeMessage(payload(frame))).toEqual(message)
        expect(new Uint8Array(Buffer.concat(encodeParts(message)))).toEqual(frame)
      }),
      runs
    )
  })

  it('handshakes go there and back', () => {
    fc.assert(
      fc.property(handshake, (handshake) => {
        expect(decodeHandshake(payload(encodeHandshake(handshake)))).toEqual(handshake)
      }),
      runs
    )
  })

  it('are understood with packed numbers, unknown fields, and fields in any order', () => {
    const packed = Uint8Array.of(HAVE, 0x12, 4, 1, 0xac, 0x02, 3, 0x08, 5, 0x78, 1, 0x7a, 1, 9, 0x10, 9)
    expect(decodeMessage(packed)).toEqual({ type: HAVE, channel: 5, blocks: [1, 300, 3, 9], bitfield: undefined })
    // A number beyond 2^53, and fixed-width ones, in fields that nobody knows.
    const odd = [
      5, 0x08, 1, 0x10, 2, 0x60, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1, 0x69, 1, 2, 3, 4, 5, 6, 7, 8, 0x75, 1,
      2, 3, 4
    ]
    expect(decodeMessage(Uint8Array.from(odd))).toEqual({ type: 5, channel: 1, block: 2 })
  })

  it('of unknown types mean nothing', () => {
    for (const type of [12, 33, 63]) expect(decodeMessage(Uint8Array.of(type, 255, 255))).toBeUndefined()
  })

  it('made of random or damaged bytes do nothing but throw a ProtocolError', () => {
    const quiet = (decode: () => unknown) => {
      try {
        decode()
      } catch (error) {
        expect(error).toBeInstanceOf(ProtocolError)
      }
    }
    fc.assert(
      fc.property(fc.nat(8), fc.uint8Array({ minLength: 1, maxLength: 200 }), (type, random) => {
        quiet(() => decodeMessage(Uint8Array.of(type, ...random)))
        quiet(() => decodeHandshake(random))
        quiet(() => frames(new FrameDecoder(), random))
      }),
      { ...runs, numRuns: 5000 }
    )
    fc.assert(
      fc.property(message, fc.nat(), fc.nat(255), fc.nat(), (message, place, byte, end) => {
        const bytes = payload(encodeMessage(message))
        bytes[1 + (place % (bytes.length - 1))] = byte
        quiet(() => decodeMessage(bytes))
        quiet(() => decodeMessage(bytes.subarray(0, 1 + (end % bytes.length))))
      }),
      { ...runs, numRuns: 3000 }
    )
  })

  it('are refused for lists that are too long, hashes of another length, missing fields and bad names', () => {
    const long = Array.from({ length: MAX_HAVE_BLOCKS }, () => 1)
    const have = (blocks: number[]): Message => ({ type: HAVE, channel: 0, blocks, bitfield: undefined })
    expect(decodeMessage(payload(encodeMessage(have(long))))).toMatchObject({ blocks: long })
    expect(() => decodeMessage(payload(encodeMessage(have([...long, 1]))))).toThrow(ProtocolError)
    const packed = new Uint8Array(MAX_HAVE_BLOCKS + 8)
    packed.set([HAVE, 0x08, 0, 0x12])
    writeVarint(packed, 4, MAX_HAVE_BLOCKS + 1)
    expect(() => decodeMessage(packed)).toThrow(ProtocolError)

    const node = { index: 0, hash: new Uint8Array(32) }
    const response = (proof: Array<typeof node>): Message => ({
      type: RESPONSE,
      channel: 0,
      block: 0,
      data: node.hash,
      proof
    })
    expect(() => decodeMessage(payload(encodeMessage(response(Array(MAX_PROOF_NODES + 1).fill(node)))))).toThrow(
      ProtocolError
    )
    for (const length of [0, 31, 33]) {
      const bad = new Uint8Array(length)
      expect(() => decodeMessage(payload(encodeMessage(response([{ index: 0, hash: bad }]))))).toThrow(ProtocolError)
      expect(() => decodeMessage(payload(encodeMessage({ type: 0, channel: 0, id: bad })))).toThrow(ProtocolError)
    }
    for (const bytes of [[0], [0, 8, 1], [5, 8, 1], [6, 8, 1, 16, 1], [2], [1], [0, 8, 1, 16, 1]]) {
      expect(() => decodeMessage(Uint8Array.from(bytes))).toThrow(ProtocolError)
    }

    const base: Handshake = {
      protocol: 'hypercore',
      version: 0,
      id: new Uint8Array(32),
      extensions: [],
      nonce: undefined
    }
    const shake = (changes: Partial<Handshake>) => () =>
      decodeHandshake(payload(encodeHandshake({ ...base, ...changes })))
    expect(shake({})).not.toThrow()
    expect(shake({ id: new Uint8Array(31) })).toThrow(ProtocolError)
    expect(shake({ version: 1 })).toThrow(ProtocolError)
    expect(shake({ extensions: Array(65).fill('x') })).toThrow(ProtocolError)
    expect(shake({ extensions: ['x'.repeat(MAX_EXTENSION_NAME_BYTES + 1)] })).toThrow(ProtocolError)
    expect(() => decodeHandshake(Uint8Array.of(10, 1, 0xff))).toThrow(ProtocolError)
  })
})
