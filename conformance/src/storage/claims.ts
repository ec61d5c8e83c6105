import { equal } from '../assert/equal.ts'
import { ok, present } from '../assert/ok.ts'
import { seededBytes } from '../bytes/seeded.ts'
import { quote } from '../suite/case.ts'
import { flagFaults } from '../suite/options.ts'
import { bytes32, makeFeed, recordsOf } from './fixtures.ts'
import { type OptionalMember, STORAGE_FLAGS } from './options.ts'
import { needs, storageCase } from './storage-case.ts'

/** Whether the store is what it says. */
export const claimCases = [
  storageCase(
    'supports.flags',
    'supports has the flags of the interface and no others, and is what the suite was told',
    quote('StorageSupports', 'What a store can do; the conformance suite holds it to this.').concat(
      quote('Storage.supports', 'readonly supports: StorageSupports')
    ),
    async ({ storage, options }) => {
      equal(flagFaults(storage.supports, STORAGE_FLAGS), [], 'what is wrong with supports')
      equal({ ...storage.supports }, { ...options.supports }, "the store's supports")
    }
  ),
  storageCase(
    'supports.optional-members',
    'the store has the optional members that the suite was told of; of others it is told that they go untested',
    quote('Storage.findBlock', 'Optional: for stores that find their content by its hash anyway.').concat(
      quote('FeedStorage.getBlocks', 'Optional: where a store has it, many small blocks are read at once.'),
      quote('FeedStorage.expect', 'Optional: for stores whose commits read before they write.')
    ),
    async ({ storage, options, notice }) => {
      const { getBlocks, expect } = storage.createFeed(bytes32('a'))
      const members = { findBlock: storage.findBlock, getBlocks, expect }
      for (const [name, member] of Object.entries(members)) {
        const told = options.optional?.includes(name as OptionalMember) === true
        ok(!told || typeof member === 'function', `the suite was told of ${name}, which is not there`)
        if (!told && member !== undefined) notice(`the store has ${name}, whose cases were not run (optional)`)
      }
    }
  ),
  storageCase(
    'supports.persistent',
    'a store that says it is not persistent has nothing when it is opened anew',
    quote('StorageSupports.persistent', 'Whether its feeds are found again when it was closed and opened anew.'),
    async (world) => {
      await makeFeed(world.storage, 'a', ['one'], { id: bytes32('id') })
      await world.storage.close()
      const next = await world.next(world.storage)
      await next.open()
      const found = (await recordsOf(next)).length
      if (found > 0) world.notice('feeds were found again: supports.persistent may be true')
    },
    ({ supports, reopen }) =>
      supports.persistent
        ? 'the store says that it is persistent, which storage.open.finds-what-was-stored tests'
        : reopen === undefined
          ? 'the store is not persistent, and cannot be opened anew (reopen)'
          : undefined
  ),
  storageCase(
    'supports.dedup',
    'equal blocks take the space of one if and only if the store says so',
    quote('StorageSupports.dedup', 'Whether equal blocks take the space of one, in however many feeds they are.'),
    async ({ storage, options, notice }) => {
      const size = present(options.size, 'size')
      const contents = Array.from({ length: 8 }, (_, i) => seededBytes(131_072, i))
      await makeFeed(storage, 'first', contents)
      const one = await size(storage)
      for (let i = 0; i < 9; i++) await makeFeed(storage, `copy ${i}`, contents)
      const ten = await size(storage)
      ok(one >= 1024 * 1024, `a feed of 1 MiB takes only ${one} bytes`)
      const shared = ten < 3 * one
      if (storage.supports.dedup) ok(shared, `ten equal feeds take ${ten} bytes where one takes ${one}`)
      else if (shared) notice(`ten equal feeds take ${ten} bytes where one takes ${one}: supports.dedup may be true`)
    },
    needs('size')
  )
]
