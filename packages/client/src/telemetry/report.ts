import type { Runtime } from '@ottla/runtime'
import type { ClientMetrics } from '../client-metrics.ts'
import { encodeMetricsData, type OtlpMetric } from './otlp.ts'
import { type StandardMetrics, standardMetrics } from './standard-metrics.ts'
import type { TimingSources } from './timing-sources.ts'

/** Which metrics a cluster asks for, and how. */
export interface Wanted {
  /** Beginnings of names; a single `*`, or an empty one, is all of them. */
  readonly requestedMetrics: readonly string[]
  /** Sums since the last report that was taken, instead of since the client was made. */
  readonly deltaTemporality: boolean
}

/** One report, and what to call when it has arrived. */
export interface Report {
  readonly bytes: Buffer
  readonly arrived: () => void
}

/** Makes reports of what a client has done. It remembers what the last one said that has arrived: deltas count from there. */
export class Reporter {
  readonly #runtime: Runtime
  readonly #timings: TimingSources
  readonly #beganAt: number
  #last: { readonly at: number; readonly counts: ReadonlyMap<string, number> }

  constructor(runtime: Runtime, timings: TimingSources) {
    this.#runtime = runtime
    this.#timings = timings
    this.#beganAt = runtime.monotonic()
    this.#last = { at: this.#beganAt, counts: new Map() }
  }

  report(metrics: ClientMetrics, wanted: Wanted): Report {
    const at = this.#runtime.monotonic()
    const counts = new Map<string, number>()
    const isWanted = filter(wanted.requestedMetrics)
    const resources = standardMetrics(metrics, this.#timings.gather()).map((each) => ({
      attributes: each.groupId === undefined ? {} : { group_id: each.groupId },
      metrics: this.#metrics(each, { at, counts, isDelta: wanted.deltaTemporality }).filter(({ name }) =>
        isWanted(name),
      ),
    }))
    const bytes = encodeMetricsData(
      'ottla-client',
      resources.filter((resource) => resource.metrics.length > 0),
    )
    return {
      bytes,
      arrived: () => {
        this.#last = { at, counts }
        this.#timings.arrived()
      },
    }
  }

  /** Raises `counts` with all of them, wanted or not, so that deltas are right when others are wanted later. */
  #metrics(
    { groupId, counts, sums, states, shares, timings }: StandardMetrics,
    now: { at: number; counts: Map<string, number>; isDelta: boolean },
  ): OtlpMetric[] {
    const atMs = this.#runtime.now()
    // By the clock that nobody sets: the other may have been moved since.
    const lastMs = now.at - this.#last.at
    const sum = { isDelta: now.isDelta, sinceMs: atMs - (now.isDelta ? lastMs : now.at - this.#beganAt) }
    const delta = (name: string, value: number) => {
      const key = `${groupId ?? ''} ${name}`
      now.counts.set(key, value)
      return value - (this.#last.counts.get(key) ?? 0)
    }
    const gauge = (name: string, value: number, attributes = {}) => ({ name, value, sum: undefined, atMs, attributes })
    const total = (name: string, value: number) => {
      const added = delta(name, value)
      const rate = lastMs > 0 ? (added * 1000) / lastMs : 0
      return { rate, metric: { name: `${name}.total`, value: now.isDelta ? added : value, sum, atMs } }
    }
    const metrics: OtlpMetric[] = Object.entries(states).map(([name, value]) => gauge(name, value))
    for (const [name, value] of Object.entries(counts)) {
      const { metric, rate } = total(name, value)
      metrics.push(metric, gauge(`${name}.rate`, rate))
    }
    for (const [name, value] of Object.entries(sums)) metrics.push(total(name, value).metric)
    for (const [name, { part, whole }] of Object.entries(shares)) {
      const [partDelta, wholeDelta] = [delta(`${name} part`, part), delta(`${name} whole`, whole)]
      if (wholeDelta > 0) metrics.push(gauge(name, partDelta / wholeDelta))
    }
    for (const { name, timing, attributes } of timings) {
      metrics.push(gauge(`${name}.avg`, timing.totalMs / timing.count, attributes))
      metrics.push(gauge(`${name}.max`, timing.maxMs, attributes))
    }
    return metrics
  }
}

function filter(requested: readonly string[]): (name: string) => boolean {
  if (requested.length === 1 && requested[0] === '*') return () => true
  return (name) => requested.some((prefix) => name.startsWith(prefix))
}
