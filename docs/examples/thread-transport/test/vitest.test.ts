import { transportConformance } from '@anyfeed/conformance'
import { describe, it } from 'vitest'
import { transport } from './options.ts'

transportConformance({ describe, it }, transport)
