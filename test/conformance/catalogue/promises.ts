import { catalogue } from '@anyfeed/conformance'
import { elsewhere, type TestElsewhere } from './elsewhere.ts'
import { interfaceMembers } from './interface-members.ts'
import { documentedSentences, normalised, protocolRules } from './sources.ts'
import { testNames } from './test-names.ts'

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

/** Each member of the public interfaces. */
export const interfacePromises = (): Promised[] =>
  interfaceMembers().map((text) => ({
    text,
    cases: catalogue.filter(({ quotes }) => quotes.some(({ source }) => source === text)).map(({ name }) => name),
    tests: elsewhere.filter(({ promise }) => promise === text)
  }))

/** What is wrong with the list of tests elsewhere: words that no promise or several have, and tests that are not there. */
export function missingElsewhere(): string[] {
  const texts = [...documentedSentences(), ...protocolRules(), ...interfaceMembers()]
  const names = new Map([...new Set(elsewhere.map(({ file }) => file))].map((file) => [file, testNames(file)]))
  return elsewhere.flatMap(({ promise, file, test }) => [
    ...(texts.filter((text) => text.includes(promise)).length === 1
      ? []
      : [`not one promise has the words: ${promise}`]),
    ...(names.get(file)?.includes(test) === true ? [] : [`${file} has no test '${test}'`])
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
