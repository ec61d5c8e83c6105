import { heldBytes } from '../../heap.ts'
import { temporaryFolder } from '../../stores/temporary-folder.ts'
import type { Peer } from '../../work.ts'
import { installed } from '../installed.ts'
import type { Core } from './core.ts'

interface Store {
  get(options: { name: string } | { key: Uint8Array }): Core
  ready(): Promise<void>
  close(): Promise<void>
}

/** Opens cores that are stored, by a Corestore, as its README says for many cores, and leaves them alone. */
export const idleCores: Peer = {
  differs: 'RocksDB, by corestore; what RocksDB itself holds outside of the JavaScript heap is not counted',

  async run({ count }) {
    const { default: Corestore } = await installed<{ default: new (folder: string) => Store }>('corestore')
    const folder = temporaryFolder()
    const writing = new Corestore(folder)
    const keys: Uint8Array[] = []
    for (let i = 0; i < count; i++) {
      const core = writing.get({ name: `feed ${i}` })
      await core.ready()
      await core.append([`feed ${i}`, 'has', 'three blocks'].map((text) => Buffer.from(text)))
      keys.push(core.key)
      await core.close()
    }
    await writing.close()
    const store = new Corestore(folder)
    await store.ready()
    const first = store.get({ key: keys[0] as Uint8Array })
    await first.ready()
    await first.close()
    const before = await heldBytes()
    const cores = keys.map((key) => store.get({ key }))
    await Promise.all(cores.map((core) => core.ready()))
    const held = (await heldBytes()) - before
    if (!cores.every(({ length }) => length === 3)) throw new Error('cores are missing')
    await store.close()
    return held / count
  }
}
