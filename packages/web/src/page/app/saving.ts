import type { MessagePortTransport } from '@anyfeed/transport-messageport'
import { SAVES, type Saved, type SaveOrder } from '../messages.ts'
import { element } from './element.ts'
import { program } from './trusted.ts'

/** Milliseconds between two calls that keep the service worker awake: browsers end one that is idle for 30 seconds. */
const AWAKE = 10_000

/** Saves feeds to disk as they are read: the service worker answers for a file with bytes that come from the store. */
export class Saving {
  readonly #ports: MessagePortTransport
  readonly #worker: Promise<ServiceWorkerRegistration>

  constructor(ports: MessagePortTransport) {
    this.#ports = ports
    this.#worker = navigator.serviceWorker.register(program('/save.js')).then(() => navigator.serviceWorker.ready)
    this.#worker.catch(() => {})
  }

  /** Has the browser download what comes from `address`. Resolves when the last byte was given to it. */
  async save({ address, name, bytes }: { address: string; name: string; bytes: number }): Promise<void> {
    const { active } = await this.#worker
    if (active === null) throw new Error('The browser could not start what saves files.')
    const save = crypto.randomUUID()
    const { port1, port2 } = new MessageChannel()
    const detach = this.#ports.attach(port1)
    const ordered = new Promise<void>((resolve) => {
      port1.addEventListener('message', ({ data }) => data.ordered === true && resolve())
    })
    active.postMessage({ save, address, name, bytes, port: port2 } satisfies SaveOrder, [port2])
    await ordered
    const frame = element('iframe', { className: 'frame', title: `Saving ${name}`, src: `/save/${save}` })
    const awake = setInterval(() => active.postMessage({ awake: true }), AWAKE)
    try {
      await this.#over(save, () => document.body.append(frame))
    } finally {
      clearInterval(awake)
      frame.remove()
      detach()
      port1.close()
    }
  }

  #over(save: string, begin: () => void): Promise<void> {
    const saves = new BroadcastChannel(SAVES)
    return new Promise<void>((resolve, reject) => {
      saves.addEventListener('message', ({ data }) => {
        const saved = data as Saved
        if (saved.save !== save) return
        saves.close()
        if (saved.error === undefined) resolve()
        else reject(new Error(`It was not saved: ${saved.error}.`))
      })
      begin()
    })
  }
}
