import { catalogue } from '@anyfeed/conformance'
import { expect, it } from 'vitest'
import { normalised, textOf } from './sources.ts'

it('each case quotes what it checks', () => {
  expect(catalogue.filter(({ quotes }) => quotes.length === 0).map(({ name }) => name)).toEqual([])
  expect(new Set(catalogue.map(({ suite, name }) => `${suite} ${name}`)).size).toBe(catalogue.length)
})

it('each quote is in its source, word for word', () => {
  const astray = catalogue.flatMap(({ name, quotes }) =>
    quotes.filter(({ source, text }) => !textOf(source).includes(normalised(text))).map((quote) => ({ name, ...quote }))
  )
  expect(astray).toEqual([])
})
