import type { FileSystem } from './files.ts'
import type { Log } from './log.ts'
import type { Network } from './network.ts'

/** A timer that has been set. Cancelling one that has fired does nothing. */
export interface Timer {
  cancel(): void
}

/** Every source of time, chance, delay, files and network. The simulation replaces it as a whole. */
export interface Runtime {
  /** Wall clock, in ms since 1970. It may jump. */
  now(): number
  /** A clock that never goes back, in ms since some moment. */
  monotonic(): number
  /** Calls `fire` once, `ms` from now. A pending timer does not keep a process alive by itself. */
  timer(ms: number, fire: () => void): Timer
  /**
   * Calls `fire` when what has arrived meanwhile was dealt with: for work that goes from promise to promise, which would let
   * nothing else in.
   */
  afterInput(fire: () => void): void
  /** `count` bytes of chance, fit for ids. */
  randomBytes(count: number): Uint8Array
  readonly files: FileSystem
  readonly network: Network
  readonly log: Log
}
