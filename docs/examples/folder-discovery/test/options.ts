import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DiscoverySuiteOptions } from '@anyfeed/conformance'
import { folderDiscovery } from '../src/index.ts'

let folder: string | undefined

/** What the conformance suite is told; `npx @anyfeed/conformance` takes this module as it is. */
export const discovery: DiscoverySuiteOptions = {
  name: 'a folder',
  supports: folderDiscovery('nowhere').supports,
  // All of one case share a folder, and find each other there.
  create() {
    folder ??= mkdtempSync(join(tmpdir(), 'folder-discovery-'))
    return folderDiscovery(folder)
  },
  teardown() {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
    folder = undefined
  }
}
