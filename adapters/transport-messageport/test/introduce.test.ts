import { MessageChannel } from 'node:worker_threads'
import type { Connection } from '@anyfeed/interfaces'
import { describe, expect, it } from 'vitest'
import { type MessagePortTransport, messagePortTransport } from '../src/index.ts'
import { collect } from './bytes.ts'

function attach(one: MessagePortTransport, other: MessagePortTransport): Array<() => void> {
  const { port1, port2 } = new MessageChannel()
  return [one.attach(port1), other.attach(port2)]
}

async function text({ source }: Connection): Promise<string> {
  return new TextDecoder().decode(await collect(source))
}

const say = (words: string) => (connection: Connection) => connection.sink([new TextEncoder().encode(words)])

describe('names', () => {
  it('are several on one transport, and are found among all that is attached', async () => {
    const [tab, store, other] = [messagePortTransport(), messagePortTransport(), messagePortTransport()]
    attach(tab, other)
    attach(tab, store)
    await store.listen('/messageport/a', { onConnection: say('a') })
    await store.listen('/messageport/b', { onConnection: say('b') })
    expect(await text(await tab.dial('/messageport/a'))).toBe('a')
    expect(await text(await tab.dial('/messageport/b'))).toBe('b')
    await expect(tab.dial('/messageport/c')).rejects.toMatchObject({ code: 'ERR_CONNECTION_REFUSED' })
    await Promise.all([tab, store, other].map((each) => each.close()))
  })

  it('are taken where somebody attached has them, and nobody waits for those who never answer', async () => {
    const [tab, store] = [messagePortTransport(), messagePortTransport()]
    attach(tab, store)
    const { port1: mute } = new MessageChannel()
    await store.listen('/messageport/store', { onConnection: say('store') })
    await expect(tab.listen('/messageport/store', { onConnection() {} })).rejects.toMatchObject({
      code: 'ERR_ADDRESS_IN_USE'
    })
    tab.attach(mute)
    const closed = expect(tab.listen('/messageport/tab', { onConnection() {} })).rejects.toMatchObject({
      code: 'ERR_CLOSED'
    })
    await tab.close()
    await closed
    await store.close()
    mute.close()
  })

  it('are refused to those with nothing attached', async () => {
    const lonely = messagePortTransport()
    await expect(lonely.dial('/messageport/a')).rejects.toMatchObject({ code: 'ERR_CONNECTION_REFUSED' })
    const [other] = [messagePortTransport()]
    for (const detach of attach(lonely, other)) detach()
    await expect(lonely.dial('/messageport/a')).rejects.toMatchObject({ code: 'ERR_CONNECTION_REFUSED' })
    await lonely.close()
  })
})

describe('introducing', () => {
  it('connects two that are attached to a third, who is needed no more', async () => {
    const [one, two] = [messagePortTransport(), messagePortTransport()]
    const third = messagePortTransport({ introduce: true })
    attach(one, third)
    attach(third, two)
    await two.listen('/messageport/two', { onConnection: (c) => void c.sink(c.source).catch(() => {}) })
    const connection = await one.dial('/messageport/two')
    await third.close()
    await connection.sink([Uint8Array.of(1, 2, 3)])
    expect([...(await collect(connection.source))]).toEqual([1, 2, 3])
    await Promise.all([one.close(), two.close()])
  })

  it('is not done unless told, nor any further', async () => {
    const [one, four] = [messagePortTransport(), messagePortTransport()]
    const [two, three] = [messagePortTransport({ introduce: true }), messagePortTransport({ introduce: true })]
    attach(one, two)
    attach(two, three)
    attach(three, four)
    // A ring, round which nothing goes for ever.
    attach(three, one)
    await four.listen('/messageport/four', { onConnection: say('four') })
    expect(await text(await two.dial('/messageport/four'))).toBe('four')
    await expect(four.dial('/messageport/nobody')).rejects.toMatchObject({ code: 'ERR_CONNECTION_REFUSED' })

    const silent = messagePortTransport()
    const stranger = messagePortTransport()
    attach(silent, stranger)
    attach(silent, three)
    await expect(stranger.dial('/messageport/four')).rejects.toMatchObject({ code: 'ERR_CONNECTION_REFUSED' })
    await Promise.all([one, two, three, four, silent, stranger].map((each) => each.close()))
  })
})
