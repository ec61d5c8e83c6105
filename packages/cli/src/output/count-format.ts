const COUNT = new Intl.NumberFormat('en')

/** A count for people: `1,932`. */
export function formatCount(count: number): string {
  return COUNT.format(count)
}

/** A count of things: `1 block`, `1,932 blocks`. */
export function countOf(count: number, thing: string): string {
  return `${formatCount(count)} ${thing}${count === 1 ? '' : 's'}`
}
