const LONGEST = 300
const BYTES = 16

/** A value in few words, for a message. */
export function show(value: unknown): string {
  const text = inWords(value, 3)
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}

function inWords(value: unknown, depth: number): string {
  if (value instanceof Uint8Array) {
    const digits = Array.from(value.subarray(0, BYTES), (byte) => byte.toString(16).padStart(2, '0')).join('')
    return `<${digits}${value.length > BYTES ? '…' : ''}: ${value.length} bytes>`
  }
  if (value instanceof Error) {
    const { code } = value as { code?: unknown }
    return `${value.name}${typeof code === 'string' ? ` ${code}` : ''} (${value.message})`
  }
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value !== 'object' || value === null) return String(value)
  if (depth === 0) return '…'
  if (Array.isArray(value)) return `[${value.map((each) => inWords(each, depth - 1)).join(', ')}]`
  const entries = Object.entries(value).map(([key, each]) => `${key}: ${inWords(each, depth - 1)}`)
  return `{ ${entries.join(', ')} }`
}
