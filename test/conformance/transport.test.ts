import { transportConformance } from '@anyfeed/conformance'
import { afterAll, describe, it } from 'vitest'
import {
  libp2pOptions,
  memoryTransportOptions,
  messagePortOptions,
  tcpOptions,
  tlsOptions
} from './adapters/transports.ts'

for (const options of [memoryTransportOptions(), messagePortOptions(), tcpOptions(), tlsOptions()]) {
  transportConformance({ describe, it }, options)
}

for (const medium of ['tcp', 'memory'] as const) {
  const { stop, ...options } = await libp2pOptions(medium)
  afterAll(stop)
  transportConformance({ describe, it }, options)
}
