// A store that tells of a block's neighbour where the block is missing. What it is made of is the example's.
import { fileStorage } from './file-storage/src/index.ts'
import { storage as sound } from './file-storage/test/options.ts'

export const storage = {
  name: 'a store with a fault',
  supports: fileStorage('nowhere').supports,
  reopen: sound.reopen,
  teardown: sound.teardown,
  async create() {
    const storage = await sound.create()
    const createFeed = storage.createFeed.bind(storage)
    storage.createFeed = (key) => {
      const feed = createFeed(key)
      const getBlock = feed.getBlock.bind(feed)
      feed.getBlock = async (index) => (await getBlock(index)) ?? getBlock(index + 1)
      return feed
    }
    return storage
  }
}
