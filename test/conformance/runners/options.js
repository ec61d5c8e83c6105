import { memoryStorage } from '@anyfeed/storage-memory'

/** A store that hands out its own buffers. */
function sharing() {
  const storage = memoryStorage()
  const create = storage.createFeed.bind(storage)
  storage.createFeed = (key) => {
    const feed = create(key)
    const getBlock = feed.getBlock.bind(feed)
    feed.getBlock = (index) => getBlock(index, { shared: true })
    return feed
  }
  return storage
}

const isFaulty = process.env.ANYFEED_FAULTY === 'yes'

/** A store in memory, sound or with a fault. */
export const storage = {
  name: 'memory',
  create: isFaulty ? sharing : memoryStorage,
  supports: memoryStorage().supports,
  optional: ['findBlock', 'getBlocks']
}
