import type { Runtime } from '@ottla/runtime'
import { OttlaError } from '../ottla-error.ts'
import { KafkaJSNonRetriableError, KafkaJSNumberOfRetriesExceeded } from './errors.ts'
import { isError, translated } from './translated-error.ts'
import type { RetryOptions } from './types/kafka.ts'

export type RetrySettings = Required<Omit<RetryOptions, 'restartOnFailure'>>

const defaults: RetrySettings = { maxRetryTime: 30_000, initialRetryTime: 300, factor: 0.2, multiplier: 2, retries: 5 }

export function retrySettings(...options: (RetryOptions | undefined)[]): RetrySettings {
  const given = options.map((each) => Object.entries(each ?? {}).filter(([, value]) => value !== undefined))
  return { ...defaults, ...Object.fromEntries(given.flat()) }
}

/** How long all pauses take together: what this client waits for where it counts time and not attempts. */
export function patienceMs({ initialRetryTime, maxRetryTime, multiplier, retries }: RetrySettings): number {
  let total = 0
  for (let attempt = 0, ms = initialRetryTime; attempt < Math.min(retries, 1_000); attempt++) {
    total += ms
    ms = Math.min(ms * multiplier, maxRetryTime)
  }
  return Math.min(total, 2 ** 31)
}

/** Bugs of a program do not pass by being repeated. */
const bugs = new Set(['RangeError', 'ReferenceError', 'SyntaxError', 'TypeError'])

export const mayRetry = (error: Error): boolean =>
  (error as { retriable?: boolean }).retriable !== false && !bugs.has(error.name)

/** The pauses between attempts, each longer than the one before. */
export class Pauses {
  readonly #settings: RetrySettings
  readonly #runtime: Runtime
  #nextMs: number
  #count = 0

  constructor(settings: RetrySettings, runtime: Runtime) {
    this.#settings = settings
    this.#runtime = runtime
    this.#nextMs = this.#varied(settings.initialRetryTime)
  }

  /** The last attempt has failed: how long until the next one. Throws what is to be thrown when there is none. */
  after(error: Error): number {
    if (!mayRetry(error)) throw new KafkaJSNonRetriableError(error, { cause: causeOf(error) })
    const { retries, multiplier, maxRetryTime } = this.#settings
    const retryTime = this.#nextMs
    if (this.#count >= retries) throw new KafkaJSNumberOfRetriesExceeded(error, { retryCount: this.#count, retryTime })
    this.#count++
    this.#nextMs = Math.min(this.#varied(retryTime) * multiplier, maxRetryTime)
    return retryTime
  }

  get count(): number {
    return this.#count
  }

  #varied(ms: number): number {
    const chance = Buffer.from(this.#runtime.randomBytes(4)).readUInt32BE() / 2 ** 32
    return Math.ceil(ms * (1 + this.#settings.factor * (2 * chance - 1)))
  }
}

/** Where it began, in kafkajs' terms: behind an error of the broker or of a connection it has nothing. */
const causeOf = (error: Error): Error =>
  isError(error.cause) && !(error.cause instanceof OttlaError) ? error.cause : error

export const sleep = (runtime: Runtime, ms: number): Promise<void> =>
  new Promise((resolve) => runtime.timer(ms, resolve))

/** An error that ends the trying, as it is. */
export class Final {
  readonly error: Error

  constructor(error: unknown) {
    this.error = translated(error)
  }
}

/**
 * Tries until it works, or until as many retries as allowed have failed. `attempt` throws a `Final` for what no retry
 * helps.
 */
export async function retrying<T>(settings: RetrySettings, runtime: Runtime, attempt: () => Promise<T>): Promise<T> {
  const pauses = new Pauses(settings, runtime)
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      if (error instanceof Final) throw error.error
      await sleep(runtime, pauses.after(translated(error)))
    }
  }
}
