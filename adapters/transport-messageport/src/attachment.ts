import { type Introduction, introductionOf } from './messages.ts'
import { type AttachedPort, post, watch } from './port.ts'

/** What an attached port asks of its transport. */
export interface Introducer {
  /** Whether the transport has a listener of that name, or knows who has. */
  seek(name: string, introduced: boolean, from: Attachment): Promise<boolean>
  /** Takes one end of a new connection. */
  dialled(dial: Introduction & { anyfeed: 'dial' }, from: Attachment): void
  detached(attachment: Attachment): void
}

/** The near end of an attached port. */
export class Attachment {
  readonly #port: AttachedPort
  readonly #introducer: Introducer
  readonly #stop: () => void
  readonly #asked = new Map<number, (here: boolean) => void>()
  #count = 0

  constructor(port: AttachedPort, introducer: Introducer) {
    this.#port = port
    this.#introducer = introducer
    this.#stop = watch(
      port,
      (message) => void this.#take(message),
      () => this.detach()
    )
  }

  /** Asks the other side whether it has, or knows, a listener of that name. `introduced`: it is asked for another. */
  seek(name: string, introduced: boolean): Promise<boolean> {
    const asked = ++this.#count
    return new Promise((resolve) => {
      this.#asked.set(asked, (here) => {
        this.#asked.delete(asked)
        resolve(here)
      })
      this.#tell({ anyfeed: 'seek', name, asked, introduced })
    })
  }

  /** Hands one end of a new connection over. */
  dial(dial: Introduction & { anyfeed: 'dial' }): void {
    this.#tell(dial, [dial.port])
  }

  /** Listens to it no more. The port itself belongs to whoever attached it. */
  detach(): void {
    this.#stop()
    for (const answer of [...this.#asked.values()]) answer(false)
    this.#introducer.detached(this)
  }

  async #take(message: unknown): Promise<void> {
    const introduction = introductionOf(message)
    if (introduction?.anyfeed === 'dial') this.#introducer.dialled(introduction, this)
    else if (introduction?.anyfeed === 'found') this.#asked.get(introduction.asked)?.(introduction.here)
    else if (introduction?.anyfeed === 'seek') {
      const { name, asked, introduced } = introduction
      this.#tell({ anyfeed: 'found', asked, here: await this.#introducer.seek(name, introduced, this) })
    }
  }

  #tell(introduction: Introduction, transfer: readonly unknown[] = []): void {
    post(this.#port, introduction, transfer)
  }
}

/** The first of the attachments whose other side says that it has or knows the name; `undefined` when none does. */
export async function firstWith(
  name: string,
  attachments: Iterable<Attachment>,
  introduced: boolean
): Promise<Attachment | undefined> {
  const asked = [...attachments].map(async (each) => {
    if (await each.seek(name, introduced)) return each
    throw new Error('not there')
  })
  return await Promise.any(asked).catch(() => undefined)
}
