import { storageConformance } from '@anyfeed/conformance'
import { describe, it } from 'vitest'
import { storage } from './options.ts'

storageConformance({ describe, it }, storage)
