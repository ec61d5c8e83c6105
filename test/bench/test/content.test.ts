import { describe, expect, it } from 'vitest'
import { batches, blocks, verifyBlocks, verifyStream } from '../content.ts'
import { shuffled } from '../shuffled.ts'

const size = { count: 5, length: 3000 }
const content = [...blocks(size)]

describe('the content', () => {
  it('is distinct blocks, the same each time', () => {
    expect(content.map(({ length }) => length)).toEqual([3000, 3000, 3000, 3000, 3000])
    expect(new Set(content.map((block) => Buffer.from(block).toString('hex'))).size).toBe(5)
    expect([...blocks(size)]).toEqual(content)
  })

  it('is verified by blocks', async () => {
    await verifyBlocks(size, (i) => content[i])
    await expect(verifyBlocks(size, (i) => content[i === 3 ? 2 : i])).rejects.toThrow('block 3')
    await expect(verifyBlocks(size, async (i) => (i === 4 ? null : content[i]))).rejects.toThrow('block 4')
  })

  it('is verified as a stream, wherever it is cut', () => {
    const whole = Buffer.concat(content)
    verifyStream(content, [whole])
    verifyStream(content, [whole.subarray(0, 10), whole.subarray(10, 10), whole.subarray(10)])
    expect(() => verifyStream(content, [whole.subarray(1)])).toThrow('wrong')
    expect(() => verifyStream(content, [whole.subarray(0, -1)])).toThrow('missing')
    expect(() => verifyStream(content, [whole, Buffer.from('x')])).toThrow('more')
  })

  it('comes in batches of a length, at least a block each', () => {
    expect(batches([1, 2, 3, 4, 5], 4096, 8192)).toEqual([[1, 2], [3, 4], [5]])
    expect(batches([1, 2], 9000, 8192)).toEqual([[1], [2]])
  })

  it('is read in an order that is by chance and has all', () => {
    const order = shuffled(1000)
    expect(order).toEqual(shuffled(1000))
    expect(order.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i))
    expect(order.filter((index, i) => index === i).length).toBeLessThan(20)
  })
})
