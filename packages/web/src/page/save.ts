// The service worker: it answers for a file that is being saved, with bytes as they come from the store, so that the
// browser writes them to disk and nobody holds the file in memory.
import { messagePortTransport } from '@anyfeed/transport-messageport'
import { SAVES, type Saved, type SaveOrder } from './messages.ts'

interface ExtendableEvent extends Event {
  waitUntil(promise: Promise<unknown>): void
}

interface FetchEvent extends ExtendableEvent {
  readonly request: Request
  respondWith(response: Promise<Response>): void
}

interface Scope extends EventTarget {
  skipWaiting(): Promise<void>
  readonly clients: { claim(): Promise<void> }
}

const scope = globalThis as unknown as Scope
const orders = new Map<string, SaveOrder>()
const saves = new BroadcastChannel(SAVES)

scope.addEventListener('install', (event) => (event as ExtendableEvent).waitUntil(scope.skipWaiting()))
scope.addEventListener('activate', (event) => (event as ExtendableEvent).waitUntil(scope.clients.claim()))

scope.addEventListener('message', (event) => {
  const { data } = event as MessageEvent
  const { save, port } = data as Partial<SaveOrder>
  // What is no order is only to keep this worker awake.
  if (save === undefined || port === undefined) return
  orders.set(save, data as SaveOrder)
  port.postMessage({ ordered: true })
})

scope.addEventListener('fetch', (event) => {
  const { request } = event as FetchEvent
  const save = /^\/save\/([^/]+)$/.exec(new URL(request.url).pathname)?.[1]
  const order = save === undefined ? undefined : orders.get(save)
  if (order === undefined) return
  orders.delete(order.save)
  ;(event as FetchEvent).respondWith(answer(order))
})

async function answer(order: SaveOrder): Promise<Response> {
  const transport = messagePortTransport()
  transport.attach(order.port)
  const connection = await transport.dial(order.address)
  connection.sink([]).catch(() => {})
  const over = (error?: Error) => {
    saves.postMessage({ save: order.save, ...(error && { error: error.message }) } satisfies Saved)
  }
  const source = connection.source[Symbol.asyncIterator]()
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await source.next()
        if (done) {
          over()
          controller.close()
        } else controller.enqueue(value)
      } catch (error) {
        over(error as Error)
        controller.error(error)
      }
    },
    cancel() {
      connection.abort(new Error('the browser saves it no more'))
      over(new Error('it was cancelled'))
    }
  })
  return new Response(body, {
    headers: {
      'content-type': 'application/octet-stream',
      'content-length': String(order.bytes),
      'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(order.name).replace(/['()*]/g, escape)}`,
      'x-content-type-options': 'nosniff'
    }
  })
}
