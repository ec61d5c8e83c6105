const SECOND = 1
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** A time that something took: `0.42 s`, `9.1 s`, `1:05 min`, `2:03:09 h`, `3 d 4 h`. */
export function formatDuration(seconds: number): string {
  if (seconds < 9.995) return `${Number(seconds.toFixed(seconds < 0.995 ? 2 : 1))} s`
  if (seconds < 59.5) return `${Math.round(seconds)} s`
  return formatClock(seconds) + (Math.round(seconds) < HOUR ? ' min' : Math.round(seconds) < DAY ? ' h' : '')
}

/** A time that is left: `0:07`, `12:40`, `2:03:09`, `3 d 4 h`. */
export function formatClock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  const two = (value: number) => String(value).padStart(2, '0')
  if (whole >= DAY) return `${Math.floor(whole / DAY)} d ${Math.floor((whole % DAY) / HOUR)} h`
  const minutes = Math.floor((whole % HOUR) / MINUTE)
  if (whole >= HOUR) return `${Math.floor(whole / HOUR)}:${two(minutes)}:${two(whole % MINUTE)}`
  return `${minutes}:${two(whole % MINUTE)}`
}
