import { expect, it } from 'vitest'
import { MAX_BLOCK_BYTES } from '../src/limits.ts'
import { type Upload, Uploader } from '../src/replicator/uploader.ts'
import { turn } from './until.ts'

it('reads no more together than four of the longest blocks, whatever it saw before', async () => {
  // The first is read alone: it is all that was asked for by then.
  const lengths = [...new Array<number>(101).fill(1), ...new Array<number>(20).fill(MAX_BLOCK_BYTES), 1, 1, 1, 1]
  let reading = 0
  let most = 0
  let sent = 0
  const uploader = new Uploader(() => true)
  const open = new Map<number, Upload>()
  const upload = (length: number, id: number): Upload => ({
    id,
    open,
    isRange: false,
    read: async () => {
      reading += length
      most = Math.max(most, reading)
      await turn()
      return {
        bytes: length,
        send: () => {
          reading -= length
          sent++
          return false
        }
      }
    },
    failed: (error) => {
      throw error
    }
  })
  for (const [id, length] of lengths.entries()) uploader.add(upload(length, id))
  while (uploader.size > 0) await turn()
  expect(sent).toBe(lengths.length)
  expect(open.size).toBe(0)
  expect(most).toBe(4 * MAX_BLOCK_BYTES)
})
