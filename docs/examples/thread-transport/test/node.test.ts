import { describe, it } from 'node:test'
import { transportConformance } from '@anyfeed/conformance'
import { transport } from './options.ts'

transportConformance({ describe, it }, transport)
