export { EXIT } from './errors.ts'
export type {
  DamagedEvent,
  DoneEvent,
  ErrorEvent,
  Event,
  FeedEvent,
  PeerEvent,
  ProgressEvent,
  RemovedEvent,
  SeedingEvent,
  SharingEvent,
  WarningEvent
} from './output/events.ts'
