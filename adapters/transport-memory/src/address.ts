/** Names are free of slashes, so that an address has exactly two parts. `0` asks the hub for a fresh name. */
const ADDRESS = /^\/memory\/([^/]+)$/

/** The name in `/memory/<name>`; `undefined` for any other string. */
export function parseAddress(address: string): string | undefined {
  return ADDRESS.exec(address)?.[1]
}

/** As {@link parseAddress}, for callers that need a name: throws a `TypeError` for any other string. */
export function requireName(address: string): string {
  const name = parseAddress(address)
  if (name === undefined) throw new TypeError(`not an address of the memory transport: ${address}`)
  return name
}

/** The address of a name. */
export function formatAddress(name: string): string {
  return `/memory/${name}`
}
