import { once } from 'node:events'
import { memoryStorage } from '@anyfeed/storage-memory'
import { describe, expect, it } from 'vitest'
import { type BlockStore, hypercore } from '../src/index.ts'
import { create, HELLO_WORLD, replicate } from './cores.ts'

type Done = (error?: Error | null) => void

/** A block store in an array, which takes notes. */
class ArrayStore implements BlockStore {
  readonly blocks: Buffer[] = []
  readonly calls: string[] = []
  lost = false
  failing: Error | undefined
  append(blocks: Buffer[], done: Done): void {
    this.calls.push('append')
    if (this.failing) return done(this.failing)
    this.blocks.push(...blocks)
    setImmediate(done)
  }
  get(index: number, done: (error?: Error | null, block?: Buffer) => void): void {
    const block = this.blocks[index]
    setImmediate(() => (block === undefined ? done(new Error('no such block')) : done(null, block)))
  }
  put(index: number, block: Buffer, done: Done): void {
    this.calls.push(`put ${index}`)
    this.blocks[index] = block
    setImmediate(done)
  }
  open(done: (error?: Error | null, lost?: boolean) => void): void {
    this.calls.push('open')
    setImmediate(done, null, this.lost)
  }
  finalize(done: Done): void {
    this.calls.push('finalize')
    setImmediate(done)
  }
  close(done: Done): void {
    this.calls.push('close')
    setImmediate(done)
  }
}

const texts = (store: ArrayStore) => store.blocks.map(String)

describe('of a feed', () => {
  it('takes the blocks instead of the database', async () => {
    const db = memoryStorage()
    const core = hypercore(db)
    const store = new ArrayStore()
    const feed = core.add({ storage: store })
    expect(feed.options.storage).toBe(store)
    feed.append('hello')
    feed.append('world')
    await feed.finalize()
    expect(feed.id!.toString('hex')).toBe(HELLO_WORLD)
    expect(texts(store)).toEqual(['hello', 'world'])
    expect(store.blocks.every(Buffer.isBuffer)).toBe(true)
    expect(await (await db.findFeed(feed.id!))!.getBlock(0)).toBeUndefined()
    expect(await feed.get(1)).toEqual(Buffer.from('world'))
    expect(store.calls).toEqual(['append', 'finalize'])
  })

  it('needs nothing but append, get and put', async () => {
    const blocks: Buffer[] = []
    const feed = create().add({
      storage: {
        append: (added, done) => {
          blocks.push(...added)
          done()
        },
        get: (index, done) => done(null, blocks[index]!),
        put: (index, block, done) => {
          blocks[index] = block
          done()
        }
      }
    })
    await feed.append(['hello', 'world'])
    await feed.finalize()
    expect(await feed.get(0)).toEqual(Buffer.from('hello'))
    await feed.close()
  })

  it('is finalized before the feed has its id, and closed with it', async () => {
    const core = create()
    const store = new ArrayStore()
    const feed = core.add({ storage: store })
    let id: Buffer | null | undefined
    store.finalize = (done) => {
      id = feed.id
      done()
    }
    feed.append('hello')
    await feed.finalize()
    expect(id).toBeNull()
    await feed.close()
    expect(store.calls.at(-1)).toBe('close')
  })

  it('is checked against the hashes', async () => {
    const core = create()
    const store = new ArrayStore()
    const feed = core.add({ storage: store })
    feed.append('hello')
    await feed.finalize()
    store.blocks[0] = Buffer.from('yolo')
    await expect(feed.get(0)).rejects.toMatchObject({ notFound: true })
    expect(feed.has(0)).toBe(false)
  })

  it('is given what was damaged anew', async () => {
    const [core, remote] = [create(), create()]
    const store = new ArrayStore()
    const feed = core.add({ storage: store })
    feed.append(['hello', 'world'])
    await feed.finalize()
    const copy = remote.get(feed.id!)
    replicate(core, remote)
    await Promise.all([copy.get(0), copy.get(1)])
    store.blocks[0] = Buffer.from('yolo')
    await expect(feed.get(0)).rejects.toMatchObject({ notFound: true })
    expect(await feed.get(0)).toEqual(Buffer.from('hello'))
    expect(texts(store)).toEqual(['hello', 'world'])
  })

  it('hands its own errors on', async () => {
    const core = create()
    const store = new ArrayStore()
    const feed = core.add({ storage: store })
    feed.append('hello')
    await feed.finalize()
    store.get = (_, done) => done(new Error('bad disk'))
    await expect(feed.get(0)).rejects.toThrow('bad disk')
    expect(feed.has(0)).toBe(true)
  })

  it('serves a feed that is got again', async () => {
    const core = create()
    const store = new ArrayStore()
    const feed = core.add({ storage: store })
    feed.append(['hello', 'world'])
    await feed.finalize()
    await feed.close()
    const again = core.get(feed.id!, { storage: store })
    expect(await again.get(0)).toEqual(Buffer.from('hello'))
    expect(await again.get(1)).toEqual(Buffer.from('world'))
    expect(store.calls).toEqual(['append', 'finalize', 'close', 'open'])
  })

  it('may have lost everything when it is opened', async () => {
    const [core, remote] = [create(), create()]
    const store = new ArrayStore()
    const feed = core.add({ storage: store })
    feed.append(['hello', 'world'])
    await feed.finalize()
    const copy = remote.get(feed.id!)
    replicate(core, remote)
    await Promise.all([copy.get(0), copy.get(1)])
    await feed.close()
    const empty = new ArrayStore()
    empty.lost = true
    const again = core.get(feed.id!, { storage: empty })
    await again.open()
    expect([again.blocks, again.has(0)]).toEqual([2, false])
    await Promise.all([again.get(0), again.get(1)])
    expect(texts(empty)).toEqual(['hello', 'world'])
  })

  it('fails the feed when it does not open', async () => {
    const core = create()
    const store = new ArrayStore()
    const feed = core.add({ storage: store })
    feed.append('hello')
    await feed.finalize()
    await feed.close()
    store.open = (done) => done(new Error('no such file'))
    await expect(core.get(feed.id!, { storage: store }).get(0)).rejects.toThrow('no such file')
  })

  it('is put what is downloaded', async () => {
    const [core, remote] = [create(), create()]
    const feed = core.add()
    feed.append(['hello', 'world'])
    await feed.finalize()
    const store = new ArrayStore()
    const copy = remote.get(feed.id!, { storage: store })
    replicate(core, remote)
    await Promise.all([copy.get(0), copy.get(1)])
    expect(texts(store)).toEqual(['hello', 'world'])
    expect(store.calls.sort()).toEqual(['put 0', 'put 1'])
  })

  it('goes on with the right tree after a failed append', async () => {
    const store = new ArrayStore()
    const feed = create().add({ storage: store })
    await feed.append('hello')
    store.failing = new Error('disk full')
    await expect(feed.append('lost')).rejects.toThrow('disk full')
    store.failing = undefined
    await feed.append('world')
    await feed.finalize()
    expect(feed.id!.toString('hex')).toBe(HELLO_WORLD)
    expect(texts(store)).toEqual(['hello', 'world'])
    // Where the store's end is, nobody knows any more.
    expect(store.calls).toEqual(['append', 'append', 'put 1', 'finalize'])
  })

  it('has the blocks when the same feed was in the database before', async () => {
    const core = create()
    const first = core.add({ storage: new ArrayStore() })
    first.append(['hello', 'world'])
    await first.finalize()
    await first.close()
    const store = new ArrayStore()
    const second = core.add({ storage: store })
    second.append(['hello', 'world'])
    await second.finalize()
    expect(await second.get(0)).toEqual(Buffer.from('hello'))
    await second.close()
    expect(store.calls).toEqual(['append', 'finalize', 'close'])
  })
})

describe('of the core', () => {
  it('is made for each feed by a function, when it is first needed', async () => {
    const stores: Array<[string | undefined, ArrayStore]> = []
    const core = create({
      storage: (feed) => {
        const store = new ArrayStore()
        stores.push([feed.id?.toString('hex'), store])
        return store
      }
    })
    const feed = core.add()
    const other = core.add()
    await feed.open()
    expect(stores).toEqual([])
    feed.append(['hello', 'world'])
    await feed.finalize()
    expect(stores.map(([id, store]) => [id, texts(store)])).toEqual([[undefined, ['hello', 'world']]])
    await other.close()
    expect(stores).toHaveLength(1)
  })

  it('is asked again for a feed that is got again', async () => {
    const store = new ArrayStore()
    const ids: Array<string | undefined> = []
    const core = create({
      storage: (feed) => {
        ids.push(feed.id?.toString('hex'))
        return store
      }
    })
    const feed = core.add()
    feed.append(['hello', 'world'])
    await feed.finalize()
    await feed.close()
    expect(await core.get(feed.id!).get(1)).toEqual(Buffer.from('world'))
    expect(ids).toEqual([undefined, HELLO_WORLD])
  })

  it('stands back where a feed has its own', async () => {
    const [general, own] = [new ArrayStore(), new ArrayStore()]
    const core = create({ storage: general })
    const feed = core.add({ storage: own })
    await feed.append('hello')
    expect([texts(general), texts(own)]).toEqual([[], ['hello']])
  })

  it('serves streams', async () => {
    const store = new ArrayStore()
    const core = create({ storage: store })
    const ws = core.createWriteStream()
    ws.write('hello')
    ws.end('world')
    await once(ws, 'finish')
    expect(texts(store)).toEqual(['hello', 'world'])
  })
})
