import type { SuiteOptions } from './options.ts'

/** Tells of something that is no failure. */
export type Noticing = (message: string) => void

export function noticing({ name, report }: SuiteOptions, caseName: string): Noticing {
  const tell =
    report ??
    ((notice: { name: string; message: string }) => console.warn(`${name}: ${notice.name}: ${notice.message}`))
  return (message) => tell({ name: caseName, message })
}
