import { describe, expect, it } from 'vitest'
import { links, original, ours, randomBlocks, readAll, writeOriginal, writeOurs } from './original.ts'

const counts = [1, 2, 11, 1000]

describe.each(links)('with hypercore 1.8.0 over $name', ({ join }) => {
  it.each(counts)('a feed of %i blocks has the same id', async (count) => {
    const blocks = randomBlocks(count, count)
    expect(await writeOurs(ours(), blocks)).toEqual(await writeOriginal(original(), blocks))
  })

  it.each(counts)('it fetches %i blocks from us', async (count) => {
    const blocks = randomBlocks(count, count)
    const [from, to] = [ours(), original()]
    const feed = to.get(await writeOurs(from, blocks))
    await join(from.createPeerStream(), to.createPeerStream())
    expect(await readAll(feed, count)).toEqual(blocks)
    expect(feed.blocks).toBe(count)
  })

  it.each(counts)('we fetch %i blocks from it', async (count) => {
    const blocks = randomBlocks(count, count)
    const [from, to] = [original(), ours()]
    const feed = to.get(await writeOriginal(from, blocks))
    await join(from.createPeerStream(), to.createPeerStream())
    expect(await readAll(feed, count)).toEqual(blocks)
    expect(feed.blocks).toBe(count)
    expect(await feed.get(count)).toBeNull()
  })

  it('both fetch from each other on one stream, and feeds that are opened later too', async () => {
    const [theirs, mine] = [randomBlocks(30, 1), randomBlocks(40, 2)]
    const [them, us] = [original(), ours()]
    const theirId = await writeOriginal(them, theirs)
    await join(them.createPeerStream(), us.createPeerStream())
    expect(await readAll(us.get(theirId), 30)).toEqual(theirs)
    const myId = await writeOurs(us, mine)
    expect(await readAll(them.get(myId), 40)).toEqual(mine)
  })

  it('a feed that we have in part from it is completed by us, and the other way round', async () => {
    const blocks = randomBlocks(200, 3)
    const [them, us] = [original(), ours()]
    const id = await writeOriginal(them, blocks)
    await writeOurs(us, blocks)

    const ourCopy = ours()
    const ourFeed = ourCopy.get(id)
    let fromThem = 0
    ourFeed.on('put', () => fromThem++)
    await cutAfter(50, ourFeed, await join(them.createPeerStream(), ourCopy.createPeerStream()))
    expect(fromThem).toBeLessThan(200)
    const before = fromThem
    await join(us.createPeerStream(), ourCopy.createPeerStream())
    expect(await readAll(ourFeed, 200)).toEqual(blocks)
    expect(fromThem).toBe(200)
    expect(before).toBeGreaterThanOrEqual(50)

    const theirCopy = original()
    const theirFeed = theirCopy.get(id)
    await cutAfter(50, theirFeed, await join(us.createPeerStream(), theirCopy.createPeerStream()))
    const held = blocks.filter((_, index) => theirFeed.has(index)).length
    expect(held).toBeGreaterThanOrEqual(50)
    expect(held).toBeLessThan(200)
    await join(them.createPeerStream(), theirCopy.createPeerStream())
    expect(await readAll(theirFeed, 200)).toEqual(blocks)
  })

  it('a feed that it has in part from itself is completed by us', async () => {
    const blocks = randomBlocks(200, 4)
    const [them, us] = [original(), ours()]
    const id = await writeOriginal(them, blocks)
    await writeOurs(us, blocks)
    const copy = original()
    const feed = copy.get(id)
    await cutAfter(50, feed, await join(them.createPeerStream(), copy.createPeerStream()))
    await join(us.createPeerStream(), copy.createPeerStream())
    expect(await readAll(feed, 200)).toEqual(blocks)
  })

  it('extensions go both ways, whatever else either has and in whatever order', async () => {
    const [them, us] = [original(), ours()]
    for (const name of ['zeta', 'ping', 'alpha', 'both']) them.use(name)
    for (const name of ['both', 'mine', 'ping', 'beta', 'yours']) us.use(name)
    const [theirs, mine] = [them.createPeerStream(), us.createPeerStream()]
    const handshakes = [theirs, mine].map((stream) => new Promise((resolve) => stream.once('handshake', resolve)))
    await join(theirs, mine)
    await Promise.all(handshakes)
    expect(mine.remoteId).toHaveLength(32)
    expect(theirs.remoteId).toEqual(us.id)
    for (const [name, expected] of [
      ['ping', true],
      ['both', true],
      ['mine', false],
      ['zeta', false]
    ] as const) {
      expect([name, mine.remoteSupports(name), theirs.remoteSupports(name)]).toEqual([name, expected, expected])
    }
    const heard = (stream: NodeJS.EventEmitter, name: string) =>
      new Promise<Buffer>((resolve) => stream.once(name, resolve))
    for (const name of ['ping', 'both']) {
      const [atUs, atThem] = [heard(mine, name), heard(theirs, name)]
      expect(theirs.send(name, `to us: ${name}`)).toBe(true)
      expect(mine.send(name, Buffer.from(`to them: ${name}`))).toBe(true)
      expect([String(await atUs), String(await atThem)]).toEqual([`to us: ${name}`, `to them: ${name}`])
    }
    expect([mine.send('mine', 'x'), mine.send('zeta', 'x')]).toEqual([false, false])
  })

  it('we tell it of no feed that it has not named', async () => {
    const [them, us] = [original(), ours()]
    const secret = await writeOurs(us, randomBlocks(3, 5))
    const shared = await writeOurs(us, randomBlocks(3, 6))
    const stream = them.createPeerStream()
    const named: string[] = []
    stream.on('channel', ({ link }: { link: Buffer }) => named.push(link.toString('hex')))
    await join(stream, us.createPeerStream())
    await readAll(them.get(shared), 3)
    expect(named).toEqual([shared.toString('hex')])
    expect(named).not.toContain(secret.toString('hex'))
  })
})

/** Resolves when a feed has put so many blocks and the link was cut. */
function cutAfter(count: number, feed: Pick<NodeJS.EventEmitter, 'on' | 'off'>, cut: () => void): Promise<void> {
  return new Promise((resolve) => {
    let put = 0
    const listener = () => {
      if (++put < count) return
      feed.off('put', listener)
      cut()
      resolve()
    }
    feed.on('put', listener)
  })
}
