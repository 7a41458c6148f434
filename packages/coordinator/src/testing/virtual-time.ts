import type { Runtime, Timer } from '@ottla/runtime'
import { silentLog } from '@ottla/runtime'
import { ExpiryQueue } from '../expiry-queue.ts'
import type { Random } from './random.ts'

const startOfTimeMs = 1_700_000_000_000

interface Due {
  readonly atMs: number
  fire: (() => void) | undefined
}

/** Time that passes when it is told to, for what the coordinator takes of a runtime. */
export class VirtualTime implements Pick<Runtime, 'now' | 'monotonic' | 'timer' | 'randomBytes' | 'log'> {
  readonly log = silentLog
  readonly #random: Random
  readonly #timers = new ExpiryQueue<Due>()
  #nowMs = 0

  constructor(random: Random) {
    this.#random = random
  }

  now = () => startOfTimeMs + this.#nowMs
  monotonic = () => this.#nowMs

  timer(ms: number, fire: () => void): Timer {
    const due: Due = { atMs: this.#nowMs + ms, fire }
    this.#timers.push(due)
    return {
      cancel() {
        due.fire = undefined
      },
    }
  }

  randomBytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.#random.below(256))
  }

  /** Resolves when so much time has passed. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.timer(ms, resolve))
  }

  /** Lets time pass, and everything happen that happens meanwhile. */
  async advance(ms: number): Promise<void> {
    const until = this.#nowMs + ms
    await settled()
    for (let due = this.#timers.takeDue(until); due !== undefined; due = this.#timers.takeDue(until)) {
      this.#nowMs = Math.max(this.#nowMs, due.atMs)
      if (due.fire === undefined) continue
      due.fire()
      await settled()
    }
    this.#nowMs = until
  }
}

/** Lets promises that are resolved go as far as they come. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve))
