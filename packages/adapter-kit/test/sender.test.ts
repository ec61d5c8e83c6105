import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { type ChunkWriter, Sender } from '../src/index.ts'

/** A writer that has room for so many chunks, and keeps what it was told. */
function open(room: number, overrides: Partial<ChunkWriter> = {}) {
  const log: Array<string | number> = []
  const writer = { room }
  const sender = new Sender({
    write(chunk) {
      log.push(chunk[0] ?? -1)
      return --writer.room > 0
    },
    hasRoom: () => writer.room > 0,
    end() {
      log.push('end')
      return undefined
    },
    abort: (reason) => log.push(`abort: ${reason.message}`),
    ...overrides
  })
  return { sender, writer, log }
}

async function* count(most: number, onLeave = () => {}): AsyncGenerator<Uint8Array> {
  try {
    for (let i = 1; i <= most; i++) yield Uint8Array.of(i)
  } finally {
    onLeave()
  }
}

/** A source that never answers; tells whether it was left. */
function silent(): AsyncIterable<Uint8Array> & { left: boolean } {
  const source = {
    left: false,
    [Symbol.asyncIterator]: () => ({
      next: () => new Promise<never>(() => {}),
      return: () => {
        source.left = true
        return new Promise<never>(() => {})
      }
    })
  }
  return source
}

describe('a sender', () => {
  it.each([
    ['iterable', () => [Uint8Array.of(1), new Uint8Array(0), Uint8Array.of(2)]],
    ['async iterable', () => count(2)]
  ])('writes all that an %s gives, and the end', async (_, source) => {
    const { sender, log } = open(10)
    await sender.send(source())
    expect(log).toEqual([1, 2, 'end'])
  })

  it('asks its source for no more than there is room for, whatever sign of room it gets', async () => {
    const { sender, writer, log } = open(2)
    const sent = sender.send(count(3))
    await turn()
    expect(log).toEqual([1, 2])
    sender.drained()
    await turn()
    expect(log).toEqual([1, 2])
    writer.room = 2
    sender.drained()
    await sent
    expect(log).toEqual([1, 2, 3, 'end'])
  })

  it('waits for the end to be done', async () => {
    let finish = () => {}
    const { sender } = open(10, {
      end: () =>
        new Promise((resolve) => {
          finish = resolve
        })
    })
    let done = false
    const sent = sender.send([]).then(() => {
      done = true
    })
    await turn()
    expect(done).toBe(false)
    finish()
    await sent
  })

  it.each([
    ['its source', silent, 10],
    ['room', () => count(9), 1]
  ] as const)('fails while it waits for %s, lets the source go, and aborts nothing', async (_, source, room) => {
    const { sender, log } = open(room)
    const sent = sender.send(source())
    const reason = new Error('broke')
    await turn()
    sender.fail(reason)
    sender.fail(new Error('ignored'))
    await expect(sent).rejects.toBe(reason)
    expect(log.filter((each) => typeof each === 'string')).toEqual([])
  })

  it('fails while it waits for the end', async () => {
    const { sender } = open(10, { end: () => new Promise(() => {}) })
    const sent = sender.send([])
    const reason = new Error('broke')
    await turn()
    sender.fail(reason)
    await expect(sent).rejects.toBe(reason)
  })

  it('leaves no rejection to nobody when its end and the link fail at once', async () => {
    const reason = new Error('broke')
    const { sender } = open(10, {
      end() {
        sender.fail(reason)
        return Promise.reject(new Error('the end failed, too'))
      }
    })
    await expect(sender.send([])).rejects.toBe(reason)
  })

  it('leaves a source that hangs without waiting for it', async () => {
    const { sender } = open(10)
    const source = silent()
    const sent = sender.send(source)
    sender.fail(new Error('broke'))
    await expect(sent).rejects.toThrow('broke')
    expect(source.left).toBe(true)
  })

  it.each([
    [
      'a source that throws',
      () => {
        throw new Error('torn')
      }
    ],
    ['a writer that throws', () => [Uint8Array.of(66)]]
  ])('aborts for %s', async (_, give) => {
    const { sender, log } = open(10, {
      write() {
        throw new Error('torn')
      }
    })
    const source = {
      *[Symbol.iterator]() {
        yield* give() as Uint8Array[]
      }
    }
    await expect(sender.send(source)).rejects.toThrow('torn')
    expect(log).toEqual(['abort: torn'])
  })

  it('refuses what is no Uint8Array, and aborts', async () => {
    let left = false
    const { sender, log } = open(10)
    async function* text(): AsyncGenerator<never> {
      try {
        yield 'text' as never
      } finally {
        left = true
      }
    }
    await expect(sender.send(text())).rejects.toThrow(TypeError)
    expect(log).toEqual(['abort: a connection sends Uint8Arrays'])
    await turn()
    expect(left).toBe(true)
  })

  it('ends once when it is closed, and takes no source after that', async () => {
    const { sender, log } = open(10)
    sender.close()
    sender.close()
    expect(log).toEqual(['end'])
    await expect(sender.send([])).rejects.toMatchObject({ code: 'ERR_CLOSED' })
  })

  it('sends its source to the end when it is closed meanwhile', async () => {
    const { sender, log } = open(10)
    const sent = sender.send(count(2))
    sender.close()
    await sent
    expect(log).toEqual([1, 2, 'end'])
  })

  it('takes one source, and none once it has failed', async () => {
    const { sender } = open(10)
    await sender.send([])
    await expect(sender.send([])).rejects.toThrow(TypeError)
    const broken = open(10)
    broken.sender.fail(new Error('broke'))
    await expect(broken.sender.send([Uint8Array.of(1)])).rejects.toThrow('broke')
    expect(broken.log).toEqual([])
  })
})
