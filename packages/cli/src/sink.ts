/** Where a feed's bytes go. Calls are made one after the other. */
export interface Sink {
  write(chunk: Uint8Array): Promise<void>
  /** Everything was written. */
  finish(): Promise<void>
  /** The rest will not come. Never rejects. */
  abandon(): Promise<void>
}
