import { storageConformance } from '@anyfeed/conformance'
import { storage } from './options.js'

// As mocha and jest have them.
const { describe, it } = globalThis

storageConformance({ describe, it }, storage)
