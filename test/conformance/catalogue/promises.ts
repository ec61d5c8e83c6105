import { catalogue } from '@anyfeed/conformance'
import { elsewhere, type TestElsewhere } from './elsewhere.ts'
import { documentedSentences, normalised, protocolRules, readSource } from './sources.ts'

/** Something that is promised, and what holds it. */
export interface Promised {
  readonly text: string
  /** The names of the cases that quote it. */
  readonly cases: readonly string[]
  /** Tests outside of the suites, where what is promised cannot be seen through them. */
  readonly tests: readonly TestElsewhere[]
}

/** Each sentence of the documented API. */
export const documentedPromises = (): Promised[] => promises('api', documentedSentences())

/** Each rule of the protocol. */
export const protocolPromises = (): Promised[] => promises('protocol', protocolRules())

/** What is wrong with the list of tests elsewhere: words that no promise or several have, and tests that are not there. */
export function missingElsewhere(): string[] {
  const texts = [...documentedSentences(), ...protocolRules()]
  return elsewhere.flatMap(({ promise, file, test }) => [
    ...(texts.filter((text) => text.includes(promise)).length === 1
      ? []
      : [`not one promise has the words: ${promise}`]),
    ...(readSource(file).includes(`'${test}'`) ? [] : [`${file} has no test '${test}'`])
  ])
}

function promises(source: string, texts: readonly string[]): Promised[] {
  const quotes = catalogue.flatMap(({ name, quotes }) =>
    quotes.filter((quote) => quote.source === source).map(({ text }) => ({ name, text: normalised(text) }))
  )
  return texts.map((text) => ({
    text,
    // A quote may be a part of a sentence, or go over several.
    cases: [...new Set(quotes.filter((q) => text.includes(q.text) || q.text.includes(text)).map(({ name }) => name))],
    tests: elsewhere.filter(({ promise }) => text.includes(promise))
  }))
}
