import { type Core, topicOf } from '@anyfeed/core'
import type { Discovery } from '@anyfeed/interfaces'
import type { Seeking } from './search.ts'
import { toHex } from './to-hex.ts'
import { Topic } from './topic.ts'

/** What becomes of topics. */
export interface TopicsEvents {
  /** An address was found, maybe once more, for a topic that is looked for. */
  onFound(topic: Topic, address: string, discovery: string): void
  /** Nobody wants the topic any more. */
  onEnd(topic: Topic): void
}

/** The topics of the feeds that a core has in use: each is looked for, and announced, for as long as its feed is. */
export class Topics {
  readonly #core: Core
  readonly #discoveries: readonly Discovery[]
  readonly #seeking: Seeking
  readonly #mostAddresses: number
  readonly #events: TopicsEvents
  readonly #topics = new Map<string, Topic>()
  /** What is being withdrawn from discoveries. */
  readonly #leaving = new Set<Promise<void>>()
  #addresses: readonly string[] = []

  constructor(
    core: Core,
    discoveries: readonly Discovery[],
    seeking: Seeking,
    mostAddresses: number,
    events: TopicsEvents
  ) {
    this.#core = core
    this.#discoveries = discoveries
    this.#seeking = seeking
    this.#mostAddresses = mostAddresses
    this.#events = events
  }

  [Symbol.iterator](): Iterator<Topic> {
    return this.#topics.values()
  }

  /** Begins with the feeds that are in use, and follows those that come and go. */
  start(): void {
    this.#core.on('interested', this.#begin)
    this.#core.on('uninterested', this.#end)
    for (const feed of this.#core.interests) this.#begin(feed)
  }

  /** Announces these addresses for all topics, those to come included, instead of those before. */
  announce(addresses: readonly string[]): void {
    this.#addresses = addresses
    for (const topic of this) topic.announce(addresses)
  }

  /** Ends all of them. Resolves, never rejects, once what was announced is withdrawn. */
  async close(): Promise<void> {
    this.#core.off('interested', this.#begin)
    this.#core.off('uninterested', this.#end)
    for (const topic of [...this]) this.#end(topic.feed)
    await Promise.all(this.#leaving)
  }

  #begin = (feed: Uint8Array): void => {
    const key = toHex(feed)
    if (this.#topics.has(key)) return
    const topic = new Topic(this.#seeking, feed, topicOf(this.#core.platform.sha256, feed), this.#mostAddresses)
    this.#topics.set(key, topic)
    topic.start(this.#discoveries, (address, discovery) => {
      if (this.#topics.get(key) === topic) this.#events.onFound(topic, address, discovery)
    })
    topic.announce(this.#addresses)
  }

  #end = (feed: Uint8Array): void => {
    const key = toHex(feed)
    const topic = this.#topics.get(key)
    if (topic === undefined) return
    this.#topics.delete(key)
    const leaving = topic.stop().then(() => {
      this.#leaving.delete(leaving)
    })
    this.#leaving.add(leaving)
    this.#events.onEnd(topic)
  }
}
