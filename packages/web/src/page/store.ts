// The store: a worker that all tabs share. It has the feeds, in IndexedDB, and what talks to peers. In a browser without
// SharedWorker each tab has such a worker of its own, and one of them the store: the others wait for it.
import { createCore } from '@anyfeed/core'
import { levelStorage } from '@anyfeed/storage-level'
import { messagePortTransport } from '@anyfeed/transport-messageport'
import { BrowserLevel } from 'browser-level'
import type { ToTab } from './messages.ts'
import { Desk } from './store/desk.ts'
import { Library } from './store/library.ts'
import { Names } from './store/names.ts'
import { Network } from './store/network.ts'

/** What there is one of in a browser: a database has no use for two programs that write to it. */
const LOCK = 'anyfeed store'

let desk: Desk | undefined
let isElsewhere = false
/** Tabs that came before the store was ours. */
const waiting: MessagePort[] = []

function serve(event: Event): void {
  const [port] = (event as MessageEvent).ports
  if (port === undefined) return
  if (desk !== undefined) return desk.serve(port)
  waiting.push(port)
  if (isElsewhere) port.postMessage({ elsewhere: true } satisfies ToTab)
}

/** Opens the store, and has it until this worker ends. */
function open(): Promise<never> {
  const core = createCore({ storage: levelStorage(new BrowserLevel<Uint8Array, Uint8Array>('anyfeed')) })
  const ports = messagePortTransport()
  desk = new Desk(new Library(core, new Names(), ports), new Network(core), ports)
  desk.open()
  for (const port of waiting.splice(0)) desk.serve(port)
  return new Promise(() => {})
}

async function openInTurn(): Promise<void> {
  // One that is shared has at most to wait for its predecessor to end, which is no news.
  if (!('onconnect' in globalThis)) {
    await navigator.locks.request(LOCK, { ifAvailable: true }, (lock) => (lock === null ? undefined : open()))
    isElsewhere = true
    for (const port of waiting) port.postMessage({ elsewhere: true } satisfies ToTab)
  }
  await navigator.locks.request(LOCK, open)
}

// A tab comes to a worker that is shared by `connect`, and to its own by a message.
addEventListener('connect', serve)
addEventListener('message', serve)
void openInTurn()
