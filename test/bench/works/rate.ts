import { MIB } from '../content.ts'
import type { Size } from '../work.ts'

/** Seconds as a rate of bytes. */
export const mebibytes = {
  unit: 'MiB/s',
  better: 'higher',
  value: (seconds: number, { count, length }: Size) => (count * length) / MIB / seconds
} as const

/** Seconds as a rate of blocks. */
export const blocksPerSecond = {
  unit: 'blocks/s',
  better: 'higher',
  value: (seconds: number, { count }: Size) => count / seconds
} as const

/** Seconds as a rate of bits, as links are named. */
export const megabits = {
  unit: 'Mbit/s',
  better: 'higher',
  value: (seconds: number, { count, length }: Size) => (count * length * 8) / 1e6 / seconds
} as const
