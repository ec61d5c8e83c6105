/** Whether an address leads back to the machine that uses it. */
export function isLoopback(address: string): boolean {
  return /^\/ip4\/127\.|^\/ip6\/(?:::1|::ffff:127\.[^/]*)\/|^\/dns[46]?\/localhost\//i.test(address)
}

/** Those first that others can reach. */
export function bestFirst(addresses: readonly string[]): string[] {
  return [...addresses.filter((each) => !isLoopback(each)), ...addresses.filter(isLoopback)]
}
