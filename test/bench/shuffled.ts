/** The numbers from 0 to `count` - 1 in an order by chance, the same in every process: as a xorshift generator has it. */
export function shuffled(count: number): number[] {
  const order = Array.from({ length: count }, (_, i) => i)
  let state = 2463534242
  for (let i = count - 1; i > 0; i--) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    const other = (state >>> 0) % (i + 1)
    const taken = order[i] as number
    order[i] = order[other] as number
    order[other] = taken
  }
  return order
}
