// The store: a worker that all tabs share. It has the feeds, in IndexedDB, and what talks to peers.
import { createCore } from '@anyfeed/core'
import { levelStorage } from '@anyfeed/storage-level'
import { messagePortTransport } from '@anyfeed/transport-messageport'
import { BrowserLevel } from 'browser-level'
import { Desk } from './store/desk.ts'
import { Library } from './store/library.ts'
import { Names } from './store/names.ts'
import { Network } from './store/network.ts'

const core = createCore({ storage: levelStorage(new BrowserLevel<Uint8Array, Uint8Array>('anyfeed')) })
const ports = messagePortTransport()
const library = new Library(core, new Names(), ports)
const network = new Network(core)
const desk = new Desk(library, network, ports)

// Whoever connects before the library is open waits for its answers, not for its port.
addEventListener('connect', (event) => {
  const [port] = (event as MessageEvent).ports
  if (port !== undefined) desk.serve(port)
})
desk.open()
