import type { Work } from '../work.ts'
import { overLinks } from './links.ts'
import { replication } from './replication.ts'
import { scale } from './scale.ts'
import { storing } from './storing.ts'

/** The lines of the benchmark, by name, in their order. */
export const works: Readonly<Record<string, Work>> = { ...replication, ...storing, ...overLinks, ...scale }
