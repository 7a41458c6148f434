import type { Runtime } from '@ottla/runtime'

export const tickMs = 20
const slotCount = 512

/** A deadline that has been set. Cancelling one that has passed does nothing. */
export class Deadline {
  readonly atMs: number
  readonly slot: number
  readonly #fire: () => void
  #over = false
  // Neighbours in the slot's ring; both are the deadline itself when it is in none.
  before: Deadline = this
  after: Deadline = this

  constructor(atMs: number, slot: number, fire: () => void) {
    this.atMs = atMs
    this.slot = slot
    this.#fire = fire
  }

  cancel(): void {
    this.#over = true
    this.unlink()
  }

  fire(): void {
    if (this.#over) return
    this.#over = true
    this.#fire()
  }

  unlink(): void {
    this.before.after = this.after
    this.after.before = this.before
    this.before = this
    this.after = this
  }
}

/**
 * All time-outs of a client on one timer. Setting and cancelling one is a few assignments: almost all are cancelled.
 *
 *     slots   | 0 | 1 | 2 | …                      | 511 |     one for each 20 ms, then around again
 *                   ^hand
 *               ring of the deadlines that fall into this slot, in this turn or a later one
 *
 * A deadline fires up to one tick late, never early. The timer runs only while something is set.
 */
export class TimerWheel {
  readonly #runtime: Runtime
  readonly #slots: readonly Deadline[]
  readonly #beginMs: number
  #hand = 0
  #running = false

  constructor(runtime: Runtime) {
    this.#runtime = runtime
    this.#beginMs = runtime.monotonic()
    this.#slots = Array.from({ length: slotCount }, (_, slot) => new Deadline(0, slot, () => {}))
  }

  /** Calls `fire` once, when `ms` have passed. */
  after(ms: number, fire: () => void): Deadline {
    const now = this.#runtime.monotonic()
    if (!this.#running) this.#start(now)
    const atMs = now + Math.max(0, ms)
    const tick = Math.max(Math.ceil((atMs - this.#beginMs) / tickMs), this.#hand + 1)
    const head = this.#slots[tick % slotCount]!
    const deadline = new Deadline(atMs, head.slot, fire)
    deadline.before = head.before
    deadline.after = head
    head.before.after = deadline
    head.before = deadline
    return deadline
  }

  /** By the clock that deadlines are set by. */
  get nowMs(): number {
    return this.#runtime.monotonic()
  }

  leftMs(deadline: Deadline): number {
    return Math.max(0, deadline.atMs - this.#runtime.monotonic())
  }

  /** The same without waiting for a tick, for what may take less than one: by a timer of its own. */
  precisely(ms: number, fire: () => void): Deadline {
    const deadline = new Deadline(this.#runtime.monotonic() + ms, 0, fire)
    this.#runtime.timer(ms, () => deadline.fire())
    return deadline
  }

  /** Settles when `ms` have passed, or rejects with the signal's reason. */
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(signal.reason)
      const aborted = () => {
        deadline.cancel()
        reject(signal!.reason)
      }
      const deadline = this.after(ms, () => {
        signal?.removeEventListener('abort', aborted)
        resolve()
      })
      signal?.addEventListener('abort', aborted, { once: true })
    })
  }

  #start(now: number): void {
    this.#running = true
    this.#hand = Math.floor((now - this.#beginMs) / tickMs)
    this.#runtime.timer(tickMs, () => this.#tick())
  }

  #tick(): void {
    const now = this.#runtime.monotonic()
    const until = Math.floor((now - this.#beginMs) / tickMs)
    // After a long pause of the process each slot is looked at once, not once for each turn that was missed.
    const from = Math.max(this.#hand + 1, until - slotCount + 1)
    this.#hand = Math.max(this.#hand, until)
    const due: Deadline[] = []
    for (let tick = from; tick <= until; tick++) this.#collect(this.#slots[tick % slotCount]!, now, due)
    due.sort((a, b) => a.atMs - b.atMs)
    for (const deadline of due) deadline.fire()
    this.#running = this.#slots.some((head) => head.after !== head)
    if (this.#running) this.#runtime.timer(tickMs, () => this.#tick())
  }

  #collect(head: Deadline, now: number, due: Deadline[]): void {
    for (let deadline = head.after; deadline !== head; ) {
      const next = deadline.after
      if (deadline.atMs <= now) {
        deadline.unlink()
        due.push(deadline)
      }
      deadline = next
    }
  }
}
