import { storageConformance } from '@anyfeed/conformance'
import { describe, it } from 'vitest'
import { classicLevelOptions, memoryLevelOptions, memoryOptions } from './adapters/storages.ts'

for (const options of [
  memoryOptions(),
  memoryLevelOptions(),
  memoryLevelOptions({ storeEncoding: 'view' }),
  classicLevelOptions()
]) {
  storageConformance({ describe, it }, options)
}
