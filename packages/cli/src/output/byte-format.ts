const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const

/** A size for people: `0 B`, `1023 B`, `1.5 KiB`, `120 MiB`. Three digits at most, but for bytes. */
export function formatBytes(bytes: number): string {
  let value = bytes
  let unit = 0
  // 999.5 would round to 1000, which is better said in the next unit.
  while (unit < UNITS.length - 1 && (unit === 0 ? value >= 1024 : value >= 999.5)) {
    value /= 1024
    unit++
  }
  if (unit === 0) return `${Math.round(value)} B`
  const digits = value < 9.995 ? 2 : value < 99.95 ? 1 : 0
  const text = value.toFixed(digits)
  return `${digits === 0 ? text : text.replace(/\.?0+$/, '')} ${UNITS[unit]}`
}

/** A rate for people: `1.5 MiB/s`. */
export function formatRate(bytesPerSecond: number): string {
  return `${formatBytes(bytesPerSecond)}/s`
}
