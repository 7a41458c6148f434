import type { Runtime } from '@ottla/runtime'
import type { ConsumerMetrics } from '../consumer-metrics.ts'

export type Polls = Pick<ConsumerMetrics, 'openMs' | 'waitedMs' | 'sincePollMs'>

/**
 * How long those who process records wait for some. The clock is looked at once for each chunk of records.
 *   busy      they work, or have gone.       asked in vain -> asking
 *   asking    what they asked for is not there.            a chunk -> busy; waits -> waiting
 *   waiting                                  something comes -> busy: whoever it is not for asks again
 */
export class WaitingClock {
  readonly #runtime: Runtime
  readonly #beganMs: number
  #state: 'busy' | 'asking' | 'waiting' = 'busy'
  #askedMs: number | undefined
  #waitingSinceMs = 0
  #waitedMs = 0
  #closedMs: number | undefined

  constructor(runtime: Runtime) {
    this.#runtime = runtime
    this.#beganMs = runtime.monotonic()
  }

  asked(isThere: boolean): void {
    this.#askedMs = this.#runtime.monotonic()
    if (this.#state !== 'waiting') this.#state = isThere ? 'busy' : 'asking'
  }

  /** Whoever waits for other things, as for a handler to finish, has not asked in vain before. */
  waits(): void {
    if (this.#state !== 'asking' || this.#closedMs !== undefined) return
    this.#state = 'waiting'
    this.#waitingSinceMs = this.#runtime.monotonic()
  }

  wakes(): void {
    if (this.#state === 'waiting') {
      this.#askedMs = this.#runtime.monotonic()
      this.#waitedMs += this.#askedMs - this.#waitingSinceMs
    }
    this.#state = 'busy'
  }

  close(): void {
    this.#closedMs ??= this.#runtime.monotonic()
  }

  polls(): Polls {
    const nowMs = this.#closedMs ?? this.#runtime.monotonic()
    const isWaiting = this.#state === 'waiting'
    const hasPolled = this.#askedMs !== undefined && this.#closedMs === undefined
    return {
      openMs: nowMs - this.#beganMs,
      waitedMs: this.#waitedMs + (isWaiting ? nowMs - this.#waitingSinceMs : 0),
      sincePollMs: hasPolled ? (isWaiting ? 0 : nowMs - this.#askedMs!) : undefined,
    }
  }
}
