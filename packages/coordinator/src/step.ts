import type { LogLevel } from '@ottla/runtime'
import type { CoordinatorRecord } from './coordinator-log.ts'

/** The time at which a command runs: one for what is written down, one for timeouts. */
export interface Now {
  readonly wallMs: number
  readonly monotonicMs: number
}

/**
 * Stands for a request that waits. A state machine holds it and names it in `Step.answer`; only the shell settles it,
 * because an answer must not leave before the records that it rests on are durable.
 */
export interface Ticket<R> {
  settle(response: R): void
  fail(error: Error): void
}

export interface Answer {
  readonly ticket: Ticket<any>
  readonly response: unknown
}

/** `key` (a group's id) wants to be woken. */
export interface Wake {
  readonly key: string
  readonly atMs: number
}

export interface Note {
  readonly level: LogLevel
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** What one command brings about, gathered while it runs and carried out by the shell afterwards. */
export class Step {
  readonly now: Now
  readonly records: CoordinatorRecord[] = []
  readonly answers: Answer[] = []
  readonly wakes: Wake[] = []
  readonly notes: Note[] = []

  constructor(now: Now) {
    this.now = now
  }

  answer<R>(ticket: Ticket<R>, response: R): void {
    this.answers.push({ ticket, response })
  }

  note(level: LogLevel, message: string, fields: Readonly<Record<string, unknown>>): void {
    this.notes.push({ level, message, fields })
  }
}
