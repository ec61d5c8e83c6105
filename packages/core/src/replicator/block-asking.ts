import { ProtocolError } from '@anyfeed/interfaces'
import type { Channel } from '../session/channel.ts'
import type { Run } from '../tree/subtree.ts'
import { CANCEL, REQUEST, type Response } from '../wire/messages.ts'
import type { Asking } from './asking.ts'
import type { LinkChannel, PeerLink } from './peer-link.ts'
import type { Request } from './requests.ts'

/** Requests given up lately whose answers may still come. */
const MAX_GIVEN_UP = 8192

/** Asks a peer of version 0, block by block. */
export class BlockAsking implements Asking {
  readonly #channel: Channel
  readonly #link: PeerLink
  readonly #owner: LinkChannel
  readonly #requested = new Map<number, Request<LinkChannel>>()
  /** How many answers may still come for each. */
  readonly #givenUp = new Map<number, number>()

  constructor(channel: Channel, link: PeerLink, owner: LinkChannel) {
    this.#channel = channel
    this.#link = link
    this.#owner = owner
  }

  get size(): number {
    return this.#requested.size
  }

  blocks(): number[] {
    return [...this.#requested.keys()]
  }

  ask({ start, end }: Run): void {
    for (let block = start; block < end; block++) {
      this.#requested.set(block, this.#link.requests.add(1, this.#owner))
      this.#channel.send({ type: REQUEST, block })
    }
  }

  /** A block has come. Returns whether it is owed. Throws for one that never was. */
  onResponse({ block, data }: Response): boolean {
    const request = this.#requested.get(block)
    if (request === undefined) {
      if (this.#lateAnswer(block)) return false
      throw new ProtocolError(`block ${block} was not asked for`)
    }
    this.#requested.delete(block)
    this.#link.requests.delete(request)
    this.#link.answered(request, { blocks: 1, bytes: data.length, first: true })
    return true
  }

  expire(request: object): number[] {
    for (const [block, requested] of this.#requested) {
      if (requested !== request) continue
      this.cancel([block])
      return [block]
    }
    return []
  }

  cancel(blocks: readonly number[]): void {
    for (const block of blocks) {
      if (!this.#requested.has(block)) continue
      this.#channel.send({ type: CANCEL, block })
      this.#giveUp(block)
    }
  }

  abandon(told: boolean): number[] {
    const blocks = this.blocks()
    if (told) this.cancel(blocks)
    else for (const block of blocks) this.#giveUp(block)
    return blocks
  }

  /** What the peer says it has no more, it will not send. Returns what was owed of that. */
  dropMissing(): number[] {
    const missing = this.blocks().filter((block) => !this.#channel.remote?.have.has(block))
    for (const block of missing) this.#giveUp(block)
    return missing
  }

  #giveUp(block: number): void {
    this.#link.requests.delete(this.#requested.get(block) as Request<LinkChannel>)
    this.#requested.delete(block)
    this.#givenUp.set(block, (this.#givenUp.get(block) ?? 0) + 1)
    for (const oldest of this.#givenUp.keys()) {
      if (this.#givenUp.size <= MAX_GIVEN_UP) break
      this.#givenUp.delete(oldest)
    }
  }

  /** Whether a block that was not asked for is one that was, before it was given up. */
  #lateAnswer(block: number): boolean {
    const left = this.#givenUp.get(block)
    if (left === undefined) return false
    if (left > 1) this.#givenUp.set(block, left - 1)
    else this.#givenUp.delete(block)
    return true
  }
}
