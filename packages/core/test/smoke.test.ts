import { createCore } from '@anyfeed/core'
import { memoryStorage } from '@anyfeed/storage-memory'
import { expect, it } from 'vitest'

it('replicates two blocks', async () => {
  const a = createCore({ storage: memoryStorage() })
  const feed = a.add()
  await feed.append(['hello', 'world'])
  const id = await feed.finalize()
  expect(Buffer.from(id!).toString('hex')).toBe('e1a31bb8716f0a0487377e22dbc7f0491fb47a712ac21519792a4e32cf56fb6f')
  const b = createCore({ storage: memoryStorage() })
  const other = b.get(id!)
  const sa = a.replicate(),
    sb = b.replicate()
  sa.sink(sb.source).catch((e) => console.log('a', e))
  sb.sink(sa.source).catch((e) => console.log('b', e))
  const out: string[] = []
  for await (const block of other.read({ timeout: 2000 })) out.push(new TextDecoder().decode(block))
  expect(out).toEqual(['hello', 'world'])
  expect(other.complete).toBe(true)
  await a.close()
  await b.close()
})
