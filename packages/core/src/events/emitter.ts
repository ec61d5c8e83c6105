import { EventEmitter } from 'eventemitter3'

/**
 * An event emitter whose listeners cannot harm what emits: an error that one throws comes up by itself, as an
 * unhandled rejection, and never in the middle of a commit or of a peer's message.
 */
export class Emitter<Events extends EventEmitter.ValidEventTypes> extends EventEmitter<Events> {
  override emit<Name extends EventEmitter.EventNames<Events>>(
    event: Name,
    ...args: EventEmitter.EventArgs<Events, Name>
  ): boolean {
    try {
      return super.emit(event, ...args)
    } catch (error) {
      void Promise.reject(error)
      return true
    }
  }
}
