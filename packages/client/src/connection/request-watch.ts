import type { Message } from '@ottla/protocol'

/** One request on its way to one broker. Times are in ms since 1970. */
export interface WatchedRequest {
  readonly broker: string
  readonly request: Message<any>
  readonly version: number
  readonly correlationId: number
  readonly sentAt: number
}

/** Is told of every request of a client's connections. It must not throw. */
export interface RequestWatch {
  /** Time of day, in ms. */
  now(): number
  /** `bytes`: size of the answer. */
  answered(request: WatchedRequest, bytes: number): void
  timedOut(request: WatchedRequest): void
  /** So many requests wait for their answers now. */
  inFlight(broker: string, count: number): void
}
