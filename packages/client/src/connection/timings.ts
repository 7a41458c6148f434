/** How often something has happened, and how long it took. */
export interface Timing {
  readonly count: number
  readonly totalMs: number
  readonly maxMs: number
}

/** What is timed. A number: requests of any kind to the broker of this id. */
export type Timed =
  | 'produce'
  | 'produceThrottle'
  | 'recordQueue'
  | 'fetch'
  | 'fetchThrottle'
  | 'commit'
  | 'rebalance'
  | number

/**
 * How long things took since somebody has looked last: averages could be had of sums that only grow, the longest could
 * not. It takes no more memory than there are things and brokers.
 */
export class Timings {
  #known = new Map<Timed, { -readonly [K in keyof Timing]: Timing[K] }>()

  add(what: Timed, ms: number): void {
    const known = this.#known.get(what)
    if (known === undefined) {
      this.#known.set(what, { count: 1, totalMs: ms, maxMs: ms })
      return
    }
    known.count++
    known.totalMs += ms
    if (ms > known.maxMs) known.maxMs = ms
  }

  get(what: Timed): Timing | undefined {
    return this.#known.get(what)
  }

  /** Ids of brokers that have answered. */
  brokers(): number[] {
    return [...this.#known.keys()].filter((what) => typeof what === 'number')
  }

  /** Takes over what another one has, which begins anew. */
  drain(other: Timings): void {
    for (const [what, { count, totalMs, maxMs }] of other.#known) {
      const known = this.#known.get(what) ?? { count: 0, totalMs: 0, maxMs: 0 }
      this.#known.set(what, {
        count: known.count + count,
        totalMs: known.totalMs + totalMs,
        maxMs: Math.max(known.maxMs, maxMs),
      })
    }
    other.#known = new Map()
  }
}
