import type { CoordinatorRecord } from './coordinator-log.ts'
import type { Step, Ticket } from './step.ts'

/**
 * A coordinator of one partition, without I/O, clock or chance. Commands are functions over it that validate, `emit`
 * records, and answer. Durable state changes in `replay` alone, which runs when a record is emitted and again at
 * recovery: what was recovered can not differ from what was live.
 */
export interface StateMachine {
  /** Applies a record. Never throws: a record that this version can not read is kept as it is. */
  replay(record: CoordinatorRecord): void
  /** The live state as records that replay to it, in portions that belong together. May be used between commands. */
  snapshot(): Iterable<readonly CoordinatorRecord[]>
  /** All records have been replayed: timers start. */
  loaded(step: Step): void
  /** The time that `key` wanted to be woken at has come. */
  wake(key: string, atMs: number, step: Step): void
  /** Requests that wait, when this state is given up. */
  waiting(): Iterable<Ticket<any>>
}
