import type { EventEmitter } from 'eventemitter3'
import type { SwarmEvents } from './events.ts'

/** Tells a swarm's listeners of something. Never throws. */
export type Tell = <E extends keyof SwarmEvents>(event: E, ...args: SwarmEvents[E]) => void

/** What a listener throws is the swarm's business alone: it goes to `onThrow`, and nothing that tells is interrupted. */
export function teller(
  emitter: EventEmitter<SwarmEvents>,
  onThrow: (event: keyof SwarmEvents, thrown: unknown) => void
): Tell {
  return (event, ...args) => {
    try {
      ;(emitter.emit as (event: string, ...args: unknown[]) => boolean).call(emitter, event, ...args)
    } catch (error) {
      onThrow(event, error)
    }
  }
}
