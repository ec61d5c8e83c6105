import { readFileSync } from 'node:fs'

function party(name: 'a' | 'b') {
  const read = (ending: string) => readFileSync(new URL(`certificates/${name}.${ending}`, import.meta.url), 'utf8')
  return { key: read('key'), cert: read('crt') }
}

/** Two self-signed certificates for localhost, 127.0.0.1 and ::1, valid from 2020 to 2120. For tests alone. */
export const parties = { a: party('a'), b: party('b') }
