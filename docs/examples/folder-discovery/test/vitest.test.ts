import { discoveryConformance } from '@anyfeed/conformance'
import { describe, it } from 'vitest'
import { discovery } from './options.ts'

discoveryConformance({ describe, it }, discovery)
