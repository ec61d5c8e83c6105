import { describe, it } from 'node:test'
import { storageConformance } from '@anyfeed/conformance'
import { storage } from './options.ts'

storageConformance({ describe, it }, storage)
