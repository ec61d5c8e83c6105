import type { FeedStorage, Storage } from '@anyfeed/interfaces'
import { MemoryLevel } from 'memory-level'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { levelStorage } from '../src/index.ts'

const KEY = new Uint8Array(32).fill(1)
const OLD = new Uint8Array(32).fill(2)
const NEW = new Uint8Array(32).fill(3)
/** In two packs. */
const NEAR = 1
const FAR = 99_999

/** A stop that the next read or batch comes to. */
class Stop {
  readonly reached: Promise<void>
  readonly passed: Promise<void>
  reach!: () => void
  /** With an error: what stopped here fails. */
  pass!: (error?: Error) => void

  constructor() {
    this.reached = new Promise((resolve) => {
      this.reach = resolve
    })
    this.passed = new Promise((resolve, reject) => {
      this.pass = (error) => (error ? reject(error) : resolve())
    })
  }

  stop(): Promise<void> {
    this.reach()
    return this.passed
  }
}

class StoppableLevel extends MemoryLevel<string, string> {
  beforeRead: Stop | undefined
  afterRead: Stop | undefined
  beforeBatch: Stop | undefined

  // biome-ignore lint/suspicious/noExplicitAny: overloads of abstract-level
  override get(...[key, options]: any[]): any {
    return this.#read(() => super.get(key, options))
  }

  // biome-ignore lint/suspicious/noExplicitAny: overloads of abstract-level
  override getMany(...[keys, options]: any[]): any {
    return this.#read(() => super.getMany(keys, options))
  }

  async #read<T>(read: () => Promise<T>): Promise<T> {
    const { beforeRead, afterRead } = this
    this.beforeRead = undefined
    this.afterRead = undefined
    await beforeRead?.stop()
    const result = await read()
    await afterRead?.stop()
    return result
  }

  // biome-ignore lint/suspicious/noExplicitAny: overloads of abstract-level
  override batch(...[operations, options]: any[]): any {
    const { beforeBatch } = this
    this.beforeBatch = undefined
    return (beforeBatch?.stop() ?? Promise.resolve()).then(() => super.batch(operations, options))
  }
}

describe('a commit during a read', () => {
  let db: StoppableLevel
  let storage: Storage
  let feed: FeedStorage
  const change = (hash: Uint8Array) => ({ nodes: [NEAR, FAR].map((index) => ({ index, hash })) })

  beforeEach(async () => {
    db = new StoppableLevel()
    const first = levelStorage(db)
    await first.open()
    const record = { key: KEY, id: undefined, blocks: 0, complete: false, byteLength: 0 }
    await first.createFeed(KEY).commit({ record, ...change(OLD) })
    await first.close()
    storage = levelStorage(db)
    await storage.open()
    feed = (await storage.openFeed(KEY))!
  })
  afterEach(() => storage.close())

  it('is not forgotten when the read ends', async () => {
    const stop = new Stop()
    db.afterRead = stop
    const read = feed.getNodes([NEAR])
    await stop.reached
    await feed.commit(change(NEW))
    stop.pass()
    await read
    expect(await feed.getNodes([NEAR, FAR])).toEqual([NEW, NEW])
  })

  it('is seen whole where a part was in memory and a part was not', async () => {
    expect(await feed.getNodes([NEAR])).toEqual([OLD])
    const stop = new Stop()
    db.beforeRead = stop
    const read = feed.getNodes([NEAR, FAR])
    await stop.reached
    await feed.commit(change(NEW))
    stop.pass()
    expect(await read).toEqual([NEW, NEW])
  })

  it('is not seen before it is written, nor when it fails', async () => {
    expect(await feed.getNodes([NEAR, FAR])).toEqual([OLD, OLD])
    const stop = new Stop()
    db.beforeBatch = stop
    const commit = feed.commit(change(NEW))
    await stop.reached
    expect(await feed.getNodes([NEAR, FAR])).toEqual([OLD, OLD])
    stop.pass(new Error('disk full'))
    await expect(commit).rejects.toMatchObject({ code: 'ERR_STORAGE' })
    expect(await feed.getNodes([NEAR, FAR])).toEqual([OLD, OLD])
  })
})
