/** A message of protocol buffers as its fields: numbers and bytes, in their order. */
export type Field = readonly [number: number, value: number | Uint8Array]

/** An unsigned LEB128 number. */
export function varint(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  while (rest > 127) {
    bytes.push((rest % 128) | 128)
    rest = Math.floor(rest / 128)
  }
  return [...bytes, rest]
}

export function encodeFields(fields: readonly Field[]): Uint8Array {
  const parts = fields.map(([number, value]) =>
    typeof value === 'number'
      ? Uint8Array.from([...varint(number * 8), ...varint(value)])
      : joined(Uint8Array.from([...varint(number * 8 + 2), ...varint(value.length)]), value)
  )
  return joined(...parts)
}

export function decodeFields(bytes: Uint8Array): Field[] {
  const fields: Field[] = []
  let at = 0
  const next = () => {
    const [value, end] = readVarint(bytes, at)
    at = end
    return value
  }
  while (at < bytes.length) {
    const key = next()
    const value = next()
    if (key % 8 === 0) fields.push([Math.floor(key / 8), value])
    else {
      fields.push([Math.floor(key / 8), bytes.slice(at, at + value)])
      at += value
    }
  }
  return fields
}

/** The number that begins at a place, and the place behind it. Past the end of the bytes it is `NaN`. */
export function readVarint(bytes: Uint8Array, start: number): [value: number, end: number] {
  let value = 0
  let factor = 1
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at] as number
    value += (byte & 127) * factor
    if (byte < 128) return [value, at + 1]
    factor *= 128
  }
  return [Number.NaN, start]
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** The first field with this number. */
export function fieldOf(fields: readonly Field[], number: number): number | Uint8Array | undefined {
  return fields.find(([each]) => each === number)?.[1]
}
