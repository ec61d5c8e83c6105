/** An adapter as the suite of its seam takes it. */
export interface Part<Options> {
  readonly name: string
  /** Made when it is first used. */
  options(): Promise<Options>
  /** Ends what outlives its cases. */
  stop(): Promise<void>
}

export function part<Options>(name: string, make: () => Options | Promise<Options>): Part<Options> {
  let made: Promise<Options> | undefined
  return {
    name,
    async options() {
      made ??= Promise.resolve(make())
      return made
    },
    async stop() {
      const { stop } = ((await made) ?? {}) as { stop?: () => Promise<void> }
      made = undefined
      await stop?.()
    }
  }
}
