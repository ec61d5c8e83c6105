const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB']

/** Bytes as people read them, such as `3.2 MiB`. */
export function inBytes(bytes: number): string {
  const step = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(bytes, 1)) / 10)))
  const value = bytes / 1024 ** step
  return `${value.toLocaleString('en', { maximumFractionDigits: step === 0 || value >= 100 ? 0 : 1 })} ${UNITS[step]}`
}

/** A rate, such as `3.2 MiB/s`. */
export function inRate(bytesPerSecond: number): string {
  return `${inBytes(Math.round(bytesPerSecond))}/s`
}

const FOUND: Readonly<Record<string, string>> = { libp2p: 'kad-dht', dial: 'an address' }

/** How a peer was found. */
export function inFound(foundBy: readonly string[], inbound: boolean): string {
  if (foundBy.length > 0) return foundBy.map((each) => FOUND[each] ?? each).join(', ')
  return inbound ? 'it found us' : 'unknown'
}

/** What a multiaddr says of the way. */
export function inWay(address: string): string {
  if (address.includes('/webrtc/')) return 'WebRTC'
  if (address.includes('/ws')) return 'WebSocket'
  return /\/(tcp|quic-v1|memory)\//.exec(address)?.[1]?.toUpperCase() ?? 'libp2p'
}

/** The last digits of who is at an address. */
export function inShort(address: string): string {
  const last = address.split('/').at(-1) ?? address
  return last.length > 12 ? `…${last.slice(-8)}` : last
}
