import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { discoveryConformance } from '@anyfeed/conformance'
import { folderDiscovery } from '../src/index.ts'
import { LIFETIME_MS } from '../src/note.ts'
import { discovery } from './options.ts'

discoveryConformance({ describe, it }, discovery)

// What only this medium has: strangers write into it, and announcers die.
it('passes over what is no note, and over the notes of the dead', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'folder-discovery-'))
  const topic = new Uint8Array(32).fill(7)
  const name = (place: string) => join(folder, `${'07'.repeat(32)}.${place}.json`)
  const long = JSON.stringify(['/memory/'.padEnd(300_000, 'x')])
  const strange = ['', '{', '"/memory/a"', '[1, {"address": "/memory/b"}, "/memory/c"]', long]
  for (const [i, text] of strange.entries()) await writeFile(name(String(i)), text)
  await writeFile(name('dead'), '["/memory/dead"]')
  const past = new Date(Date.now() - 2 * LIFETIME_MS)
  await utimes(name('dead'), past, past)
  const found: string[] = []
  const { signal } = new AbortController()
  for await (const { address } of folderDiscovery(folder).lookup(topic, { signal })) found.push(address)
  assert.deepEqual(found, ['/memory/c'])
  await rm(folder, { recursive: true })
})

it('leaves no file behind', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'folder-discovery-'))
  const made = folderDiscovery(folder)
  const announced = made.announce(new Uint8Array(32), ['/memory/a'], new AbortController())
  while ((await readdir(folder)).length === 0);
  await made.close()
  await announced
  assert.deepEqual(await readdir(folder), [])
  await rm(folder, { recursive: true })
})
