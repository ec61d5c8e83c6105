/** What a case checks, word for word. */
export interface Quote {
  /**
   * Where it is promised: a member of an interface, such as `FeedStorage.commit`; `api`, the documented API of hypercore
   * 1.x; or `protocol`, the rules of the feed format and the wire.
   */
  readonly source: string
  readonly text: string
}

/** One promise that is put to the test. `World` is what it is run in, `Options` what the author of an adapter gave. */
export interface Case<World, Options> {
  /** Stays the same from release to release: `feed.get.waits-for-missing-block`. */
  readonly name: string
  /** What holds, as a sentence without a subject: the case's title. */
  readonly title: string
  readonly quotes: readonly Quote[]
  /** Why it cannot be run on this adapter; `undefined` when it can. */
  readonly skip?: ((options: Options) => string | undefined) | undefined
  run(world: World): Promise<void>
}

export function quote(source: string, ...texts: string[]): Quote[] {
  return texts.map((text) => ({ source, text }))
}
