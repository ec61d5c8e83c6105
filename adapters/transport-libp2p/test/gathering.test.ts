import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { numbered } from '../../../conformance/src/bytes/numbered.ts'
import { GATHERED_BYTES, Gathering } from '../src/gathering.ts'

/** A gathering, and what it has sent. */
function open() {
  const sent: Uint8Array[] = []
  const gathering = new Gathering(
    GATHERED_BYTES,
    (bytes) => sent.push(bytes.slice()),
    (thrown) => expect.unreachable(String(thrown))
  )
  return { gathering, sent, lengths: () => sent.map((bytes) => bytes.byteLength) }
}

describe('what is gathered for a libp2p stream', () => {
  it('leaves together when a source gives it in one go, byte for byte', async () => {
    const { gathering, sent } = open()
    async function* inner() {
      for (let i = 0; i < 100; i++) yield new Uint8Array(100).fill(i)
    }
    async function* wrapped() {
      yield* inner()
    }
    for await (const chunk of wrapped()) gathering.add(chunk)
    expect(sent).toEqual([])
    expect(gathering.bytes).toBe(10_000)
    await turn()
    expect(gathering.bytes).toBe(0)
    expect(sent).toEqual([Uint8Array.from({ length: 10_000 }, (_, i) => i / 100)])
  })

  it('is no long list, however short the chunks, and comes byte for byte', async () => {
    const lists: Array<{ arrays: number; bytes: Uint8Array }> = []
    const gathering = new Gathering(
      GATHERED_BYTES,
      (list) => lists.push({ arrays: [...list].length, bytes: list.slice() }),
      (thrown) => expect.unreachable(String(thrown))
    )
    const sizes = Array.from({ length: 100_000 }, (_, i) => (i % 1000 === 999 ? 3000 : i % 7))
    const all = [...numbered(sizes)]
    for (const chunk of all) if (chunk.byteLength > 0) gathering.add(chunk)
    await turn()
    expect(Buffer.concat(lists.map(({ bytes }) => bytes)).equals(Buffer.concat(all))).toBe(true)
    for (const { arrays, bytes } of lists) expect(arrays).toBeLessThan(bytes.byteLength / 1024 + 3)
  })

  it('leaves within the turn when nothing more comes', async () => {
    const { gathering, lengths } = open()
    gathering.add(new Uint8Array(10))
    await turn()
    gathering.add(new Uint8Array(20))
    await turn()
    expect(lengths()).toEqual([10, 20])
  })

  it('leaves at once when enough is there', async () => {
    const { gathering, lengths } = open()
    gathering.add(new Uint8Array(GATHERED_BYTES - 1))
    expect(lengths()).toEqual([])
    gathering.add(new Uint8Array(7))
    expect(lengths()).toEqual([GATHERED_BYTES + 6])
    gathering.add(new Uint8Array(3 * GATHERED_BYTES))
    expect(lengths()).toEqual([GATHERED_BYTES + 6, 3 * GATHERED_BYTES])
    await turn()
    expect(lengths()).toHaveLength(2)
  })

  it('leaves at once when told so, and not again', async () => {
    const { gathering, lengths } = open()
    gathering.flush()
    gathering.add(new Uint8Array(7))
    gathering.flush()
    expect(lengths()).toEqual([7])
    await turn()
    expect(lengths()).toEqual([7])
  })

  it('tells who adds to it that the stream is over, and otherwise who made it', async () => {
    const over = new Error('the stream is over')
    const failures: unknown[] = []
    const gathering = new Gathering(
      GATHERED_BYTES,
      () => {
        throw over
      },
      (thrown) => failures.push(thrown)
    )
    gathering.add(new Uint8Array(1))
    await turn()
    expect(failures).toEqual([over])
    expect(() => gathering.add(new Uint8Array(GATHERED_BYTES))).toThrow(over)
    gathering.add(new Uint8Array(1))
    expect(() => gathering.flush()).toThrow(over)
    await turn()
    expect(failures).toEqual([over])
  })
})
