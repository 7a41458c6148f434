import { type FileSystem, type Runtime, silentLog, type Timer } from '@ottla/runtime'
import { SimulatedNetwork } from './simulated-network.ts'

interface PendingTimer extends Timer {
  readonly atMs: number
  readonly fire: () => void
  isCancelled: boolean
}

/** Numbers of chance from a seed (xorshift): the same seed gives the same run. */
export class Chance {
  #state: number

  constructor(seed: number) {
    this.#state = (Math.imul(seed + 1, 0x9e3779b1) ^ 0x5bd1e995) | 0 || 1
    for (let i = 0; i < 8; i++) this.next()
  }

  /** From 0 on, less than 1. */
  next(): number {
    let x = this.#state
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    this.#state = x
    return (x >>> 0) / 2 ** 32
  }

  integer(below: number): number {
    return Math.floor(this.next() * below)
  }

  happens(probability: number): boolean {
    return this.next() < probability
  }
}

/**
 * A runtime in which time is a number. `run` lets a program go on until nothing can happen at this moment, then moves the
 * clock to the next timer. A program that waits for what can never come is found out at once.
 */
export class SimulatedRuntime implements Runtime {
  readonly chance: Chance
  readonly network: SimulatedNetwork
  readonly log = silentLog
  #startMs = 1_700_000_000_000
  #nowMs = 0
  #timers: PendingTimer[] = []

  constructor(seed = 1) {
    this.chance = new Chance(seed)
    this.network = new SimulatedNetwork(this)
  }

  get files(): FileSystem {
    throw new Error('no files in this simulation')
  }

  now(): number {
    return this.#startMs + Math.floor(this.#nowMs)
  }

  monotonic(): number {
    return this.#nowMs
  }

  /** The wall clock is set to another time; what is measured goes on as before. */
  setClock(byMs: number): void {
    this.#startMs += Math.round(byMs)
  }

  /** Nothing runs for a while, as when a machine sleeps: every timer of that while fires late. */
  freeze(ms: number): void {
    this.#nowMs += ms
  }

  timer(ms: number, fire: () => void): Timer {
    const timer = {
      atMs: this.#nowMs + Math.max(0, ms),
      fire,
      isCancelled: false,
      cancel() {
        timer.isCancelled = true
      },
    }
    // Kept in order; equal times fire in the order of their setting.
    let at = this.#timers.length
    while (at > 0 && this.#timers[at - 1]!.atMs > timer.atMs) at--
    this.#timers.splice(at, 0, timer)
    return timer
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.timer(ms, resolve))
  }

  afterInput(fire: () => void): void {
    this.timer(0, fire)
  }

  randomBytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.chance.integer(256))
  }

  /** Runs a program to its end. It fails when the program waits though nothing is left to happen, or for too long. */
  async run<T>(program: () => Promise<T>, limitMs = 3_600_000): Promise<T> {
    let outcome: { value: T } | { error: unknown } | undefined
    program().then(
      (value) => {
        outcome = { value }
      },
      (error) => {
        outcome = { error }
      },
    )
    for (;;) {
      await untilQuiet()
      if (outcome !== undefined) break
      const next = this.#timers.shift()
      if (next === undefined) throw new Error(`the program hangs at ${this.#nowMs} ms: nothing is left to happen`)
      if (next.atMs > limitMs) throw new Error(`the program is not done after ${limitMs} ms`)
      if (next.isCancelled) continue
      this.#nowMs = Math.max(this.#nowMs, next.atMs)
      next.fire()
    }
    if ('error' in outcome) throw outcome.error
    return outcome.value
  }
}

/** Until all promises that can settle have settled. */
const untilQuiet = () => new Promise((resolve) => setImmediate(resolve))
