import type { Decoded, Message, Partially } from '@ottla/protocol'
import type { Cluster } from '../connection/cluster.ts'
import type { CoordinatorType } from '../connection/coordinators.ts'
import { brokerError, type ErrorContext, OttlaError } from '../ottla-error.ts'

/** Who answers a request: whichever broker, the controller, one broker, or the coordinator of a group and the like. */
export type Target =
  | 'any'
  | 'controller'
  | { readonly broker: number }
  | { readonly coordinator: CoordinatorType; readonly key: string }

/** What each call takes. */
export interface AdminCallOptions {
  /** For the whole call, retries included. */
  readonly timeoutMs?: number | undefined
  /** Gives the call up: it fails with OPERATION_ABORTED. */
  readonly signal?: AbortSignal | undefined
}

/** What an answer says of one of several things that were asked for: it, or why not. */
export type Outcome<R> = R | OttlaError

/** Sends the requests of an admin and tries again where the broker says that this may help. */
export class AdminRequests {
  readonly cluster: Cluster
  readonly #timeoutMs: number

  constructor(cluster: Cluster, timeoutMs: number) {
    this.cluster = cluster
    this.#timeoutMs = timeoutMs
  }

  timeoutMsOf(options: AdminCallOptions): number {
    return options.timeoutMs ?? this.#timeoutMs
  }

  /** Runs `attempt` until it works. */
  retry<T>(what: string, options: AdminCallOptions, attempt: () => Promise<T>): Promise<T> {
    const { signal } = options
    return this.cluster.retry({ what, timeoutMs: this.timeoutMsOf(options), signal }, attempt)
  }

  /** One request, not retried. */
  async send<Q extends Message<any>, R extends Message<any>>(
    target: Target,
    request: Q,
    response: R,
    body: Partially<Decoded<Q>>,
  ): Promise<Decoded<R>> {
    if (target === 'any') return this.cluster.sendToAny(request, response, body)
    if (target === 'controller') return this.#sendToController(request, response, body)
    if ('broker' in target) return this.#sendToBroker(target.broker, request, response, body)
    const { coordinator, key } = target
    const broker = await this.cluster.coordinatorNow(coordinator, key)
    try {
      return await this.cluster.send(broker, request, response, body)
    } catch (error) {
      this.cluster.forgetCoordinator(coordinator, key)
      throw error
    }
  }

  /** A request about one thing, with an error code for all of the answer. */
  ask<Q extends Message<any>, R extends Message<any>>(
    call: { what: string; target: Target; options: AdminCallOptions; context?: ErrorContext },
    request: Q,
    response: R,
    body: Partially<Decoded<Q>>,
  ): Promise<Decoded<R>> {
    const { what, target, options, context } = call
    return this.retry(what, options, async () => {
      const answer = await this.send(target, request, response, body)
      const { errorCode = 0, errorMessage } = answer as { errorCode?: number; errorMessage?: string | null }
      this.check(target, errorCode, errorMessage, context)
      return answer
    })
  }

  /** Throws what a broker answered, and forgets what it has disproved. */
  check(target: Target, errorCode: number, errorMessage?: string | null, context?: ErrorContext): void {
    const error = brokerError(errorCode, errorMessage, context)
    if (error !== undefined) throw this.#noted(target, error)
  }

  /** The same as a value, for one of several things. */
  outcome<R>(
    target: Target,
    answer: { errorCode: number; errorMessage?: string | null },
    context: ErrorContext,
    result: R,
  ): Outcome<R> {
    const error = brokerError(answer.errorCode, answer.errorMessage, context)
    return error === undefined ? result : this.#noted(target, withoutWaiting(error))
  }

  /**
   * A request about several things, each with an error of its own. Only those that failed in a way that may pass are asked
   * for again. Fails with the first error; if there are several, its cause has them all.
   */
  async askEach<K, R extends NonNullable<unknown>>(
    call: { what: string; keys: readonly K[]; options: AdminCallOptions },
    attempt: (keys: K[]) => Promise<Iterable<readonly [K, Outcome<R>]>>,
  ): Promise<Map<K, R>> {
    const outcomes = new Map<K, Outcome<R>>()
    let pending = [...call.keys]
    if (pending.length === 0) return new Map()
    await this.retry(call.what, call.options, async () => {
      for (const [key, outcome] of await attempt(pending)) outcomes.set(key, outcome)
      pending = pending.filter((key) => isRetriable(outcomes.get(key)))
      if (pending.length > 0) throw outcomes.get(pending[0]!) ?? unanswered(call.what)
    })
    return allOrThrow(outcomes)
  }

  async #sendToController<Q extends Message<any>, R extends Message<any>>(
    request: Q,
    response: R,
    body: any,
  ): Promise<Decoded<R>> {
    const controller = await this.cluster.controller()
    try {
      return await this.cluster.send(controller, request, response, body)
    } catch (error) {
      // It may be gone, and another one be the controller.
      this.cluster.refresh().catch(() => {})
      throw error
    }
  }

  async #sendToBroker<Q extends Message<any>, R extends Message<any>>(
    broker: number,
    request: Q,
    response: R,
    body: any,
  ): Promise<Decoded<R>> {
    if (!this.cluster.image.brokers.has(broker)) await this.cluster.refresh()
    return this.cluster.send(broker, request, response, body)
  }

  #noted(target: Target, error: OttlaError): OttlaError {
    if (error.name === 'NOT_CONTROLLER') this.cluster.refresh().catch(() => {})
    if (typeof target === 'object' && 'coordinator' in target && error.name === 'NOT_COORDINATOR')
      this.cluster.forgetCoordinator(target.coordinator, target.key)
    return error
  }
}

/** A topic may still come, and Kafka calls its absence retriable; but who asks for it here wants to hear that it is not there. */
function withoutWaiting(error: OttlaError): OttlaError {
  const isAbsent = error.name === 'UNKNOWN_TOPIC_OR_PARTITION' || error.name === 'UNKNOWN_TOPIC_ID'
  if (!isAbsent) return error
  const { name, topic, partition, message } = error
  return new OttlaError(name, { topic, partition, message, messageIsWhole: true, retriable: false })
}

const isRetriable = (outcome: unknown) => outcome === undefined || (outcome instanceof OttlaError && outcome.retriable)

const unanswered = (what: string) =>
  new OttlaError('NETWORK_EXCEPTION', { message: `${what}: the broker left something out of its answer` })

function allOrThrow<K, R>(outcomes: ReadonlyMap<K, Outcome<R>>): Map<K, R> {
  const failures = [...outcomes.values()].filter((outcome) => outcome instanceof OttlaError)
  const [first] = failures
  if (first === undefined) return outcomes as Map<K, R>
  if (failures.length === 1) throw first
  const { topic, partition, group, broker } = first
  const message = `${first.message}; and ${failures.length - 1} more, see cause`
  const cause = new AggregateError(failures, message)
  throw new OttlaError(first.name, { topic, partition, group, broker, message, messageIsWhole: true, cause })
}
