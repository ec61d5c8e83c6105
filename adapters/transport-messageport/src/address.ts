import { isName } from './messages.ts'

const PREFIX = '/messageport/'

/** The name in `/messageport/<name>`; `undefined` for any other string. */
export function parseAddress(address: string): string | undefined {
  if (!address.startsWith(PREFIX)) return undefined
  const name = address.slice(PREFIX.length)
  return isName(name) ? name : undefined
}

/** As {@link parseAddress}, for callers that need a name: throws a `TypeError` for any other string. */
export function requireName(address: string): string {
  const name = parseAddress(address)
  if (name === undefined) throw new TypeError(`not an address of the MessagePort transport: ${address}`)
  return name
}

/** The address of a name. */
export function formatAddress(name: string): string {
  return `${PREFIX}${name}`
}

/** A name that nobody else has: 16 random bytes. */
export function freshName(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
