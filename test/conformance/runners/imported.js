import { describe, it } from 'node:test'
import { storageConformance } from '@anyfeed/conformance'
import { storage } from './options.js'

storageConformance({ describe, it }, storage)
