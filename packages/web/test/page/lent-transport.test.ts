import { AbortedError, type Connection, ConnectionError, type ListenOptions, type Transport } from '@anyfeed/interfaces'
import { createMemoryHub, memoryTransport } from '@anyfeed/transport-memory'
import { messagePortTransport } from '@anyfeed/transport-messageport'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openLender } from '../../src/page/app/lender.ts'
import { LentTransport } from '../../src/page/store/lent-transport.ts'

const [FAR, NEAR] = ['/memory/far/webrtc/p2p/far', '/memory/near/webrtc/p2p/near']

/** The memory transport, under addresses such as those of WebRTC. */
function like(transport: Transport): Transport {
  const inner = (address: string) => address.replace(/\/webrtc.*/, '')
  return {
    name: transport.name,
    supports: transport.supports,
    handles: (address) => transport.handles(inner(address)),
    dial: (address, options) => transport.dial(inner(address), options),
    listen: (address, options) => transport.listen(inner(address), options),
    close: () => transport.close()
  }
}

/** The far peer, a tab that lends, and the store that borrows. */
let far: Transport
let tab: Transport
let lent: LentTransport
let tabGone: () => void
let closing: Array<() => unknown>

beforeEach(async () => {
  const hub = createMemoryHub()
  far = like(memoryTransport(hub))
  tab = like(memoryTransport(hub))
  lent = new LentTransport()
  const { port1, port2 } = new MessageChannel()
  const [tabPorts, storePorts] = [messagePortTransport(), messagePortTransport()]
  tabPorts.attach(port1)
  storePorts.attach(port2)
  tabGone = lent.from(port2, storePorts)
  const doorOpened = new Promise((resolve) => {
    lent.onDoor = resolve
  })
  await openLender({ transport: tab, address: NEAR, isTold: () => true }, port1, tabPorts)
  await doorOpened
  closing = [() => lent.close(), () => far.close(), () => tab.close(), () => port1.close(), () => port2.close()]
})
afterEach(async () => {
  for (const close of closing) await close()
})

/** The next connection that a listener gets, which `then` is done with. */
function arrival(transport: Transport, address: string, then: ListenOptions['onConnection'] = () => {}) {
  return new Promise<Connection>((resolve, reject) => {
    const onConnection = (connection: Connection) => {
      resolve(connection)
      return then(connection)
    }
    transport.listen(address, { onConnection }).catch(reject)
  })
}

async function all(source: AsyncIterable<Uint8Array>): Promise<number[]> {
  const bytes: number[] = []
  for await (const chunk of source) bytes.push(...chunk)
  return bytes
}

async function greet(one: Connection, other: Connection): Promise<void> {
  const ends = [one.sink([Uint8Array.of(1, 2)]), other.sink([Uint8Array.of(3)])]
  expect(await Promise.all([all(other.source), all(one.source)])).toEqual([[1, 2], [3]])
  await Promise.all(ends)
}

describe('a transport that a tab lends to the store', () => {
  it('dials, and passes bytes both ways', async () => {
    const arrived = arrival(far, FAR)
    const dialled = await lent.dial(FAR)
    expect(dialled.remoteAddress).toBe(FAR)
    await greet(dialled, await arrived)
  })

  it('is dialled, and passes bytes both ways', async () => {
    const arrived = arrival(lent, NEAR)
    const dialled = await far.dial(NEAR)
    await greet(await arrived, dialled)
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('not that one')
      }
    ],
    [
      'rejects',
      async () => {
        throw new Error('not that one')
      }
    ]
  ])('ends a connection whose listener %s, and takes the next', async (_, onConnection) => {
    let first = true
    const arrived = new Promise<Connection>((resolve) => {
      lent.listen(NEAR, {
        onConnection(connection) {
          if (!first) return resolve(connection)
          first = false
          return onConnection()
        }
      })
    })
    const refused = await far.dial(NEAR)
    await expect(all(refused.source)).rejects.toThrow(ConnectionError)
    const dialled = await far.dial(NEAR)
    await greet(await arrived, dialled)
  })

  it('ends a connection that comes when nobody listens', async () => {
    const refused = await far.dial(NEAR)
    await expect(all(refused.source)).rejects.toThrow(ConnectionError)
  })

  it('says so when there is nobody to dial', async () => {
    await expect(lent.dial(FAR)).rejects.toMatchObject({ code: 'ERR_ADDRESS_UNREACHABLE' })
  })

  it.each<[string, (dial: AbortController) => unknown, object]>([
    ['the caller gives up', (dial) => dial.abort('enough'), { code: 'ERR_ABORTED', cause: 'enough' }],
    ['the tab is gone', () => tabGone(), { code: 'ERR_ADDRESS_UNREACHABLE' }],
    ['it is closed', () => lent.close(), { code: 'ERR_CLOSED' }]
  ])('gives a dial up when %s, and leaves nothing open', async (_, end, error) => {
    const dialling = new Promise<void>((resolve) => {
      const { dial } = tab
      tab.dial = (address, options) => {
        resolve()
        return answer.then(() => dial(address, options))
      }
    })
    let goOn = () => {}
    const answer = new Promise<void>((resolve) => {
      goOn = resolve
    })
    const abort = new AbortController()
    const dialled = lent.dial(FAR, { signal: abort.signal })
    const failed = expect(dialled).rejects.toMatchObject(error)
    await dialling
    await end(abort)
    await failed
    // The tab gets through nevertheless, and finds the door closed.
    const arrived = arrival(far, FAR)
    goOn()
    await (await arrived).closed
  })

  it('dials no more when it was aborted, closed, or has no tab', async () => {
    await expect(lent.dial(FAR, { signal: AbortSignal.abort() })).rejects.toThrow(AbortedError)
    tabGone()
    await expect(lent.dial(FAR)).rejects.toMatchObject({ code: 'ERR_ADDRESS_UNREACHABLE' })
    await expect(lent.listen(NEAR, { onConnection() {} })).rejects.toMatchObject({ code: 'ERR_ADDRESS_UNREACHABLE' })
    await lent.close()
    await expect(lent.dial(FAR)).rejects.toMatchObject({ code: 'ERR_CLOSED' })
  })

  it('closes all its connections when it is closed', async () => {
    const arrived = arrival(far, FAR)
    const dialled = await lent.dial(FAR)
    await lent.close()
    await dialled.closed
    await expect(all((await arrived).source)).rejects.toThrow(ConnectionError)
  })
})
