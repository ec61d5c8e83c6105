import type { Discovery, DiscoveryOptions } from '@anyfeed/interfaces'

/** A feed whose peers are sought. */
export interface Sought {
  /** The feed's id. */
  readonly feed: Uint8Array
  /** What names it in discoveries. */
  readonly hash: Uint8Array
}

/** What a discovery is told beside the topic: the id is for those alone that ask for it, and each gets a copy. */
export function optionsFor({ supports }: Discovery, { feed }: Sought, signal: AbortSignal): DiscoveryOptions {
  return supports.wantsId === true ? { signal, id: feed.slice() } : { signal }
}
