import type { Runtime } from '@ottla/runtime'
import { asOttlaError, OttlaError } from '../ottla-error.ts'
import { type BackoffOptions, backoffMs } from './chance.ts'
import type { TimerWheel } from './timer-wheel.ts'

export interface RetryOptions {
  /** What is being done, for the error when time is up: `creating topic orders`. */
  readonly what: string
  /** For all attempts together, pauses included. The operation settles within it, whatever an attempt does. */
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
  /** Whether to try again after an error. Without it, whether the error is retriable. */
  readonly mayRetry?: (error: OttlaError) => boolean
  /** Before each pause: look for the new leader, forget the coordinator, … Its own failure is no reason to stop. */
  readonly beforeRetry?: (error: OttlaError) => unknown
}

export interface RetryTools {
  readonly runtime: Runtime
  readonly wheel: TimerWheel
  readonly backoff: BackoffOptions
  /** Hears of each attempt that will be made again. */
  readonly retrying: (what: string, error: OttlaError) => void
  /** Ends every retry: the client was closed. */
  readonly closed: AbortSignal
}

/** Tries until it works, fails for good, or time is up. All waiting of this client that is not a loop of its own is here. */
export async function retry<T>(tools: RetryTools, options: RetryOptions, attempt: () => Promise<T>): Promise<T> {
  const { runtime, wheel, backoff, closed } = tools
  const { what, timeoutMs, signal, mayRetry = (error: OttlaError) => error.retriable } = options
  let last: OttlaError | undefined
  const over = new AbortController()
  const stop = (reason: unknown) => over.abort(reason)
  const deadline = wheel.after(timeoutMs, () => stop(outOfTime(what, timeoutMs, last)))
  const onClosed = () => stop(new OttlaError('CLIENT_CLOSED', { cause: last }))
  const onAbort = () => stop(new OttlaError('OPERATION_ABORTED', { message: what, cause: signal!.reason }))
  closed.addEventListener('abort', onClosed, { once: true })
  signal?.addEventListener('abort', onAbort, { once: true })
  if (closed.aborted) onClosed()
  if (signal?.aborted === true) onAbort()
  try {
    for (let failures = 0; ; failures++) {
      over.signal.throwIfAborted()
      try {
        return await unlessAborted(attempt(), over.signal)
      } catch (error) {
        over.signal.throwIfAborted()
        last = asOttlaError(error)
        if (!mayRetry(last)) throw last
        tools.retrying(what, last)
      }
      await unlessAborted(ignoringFailure(options.beforeRetry?.(last)), over.signal)
      await wheel.sleep(backoffMs(runtime, failures, backoff), over.signal)
    }
  } finally {
    deadline.cancel()
    closed.removeEventListener('abort', onClosed)
    signal?.removeEventListener('abort', onAbort)
  }
}

/** The error of the last attempt says more than that time is up, and keeps its name; it gains how long was tried. */
function outOfTime(what: string, timeoutMs: number, last: OttlaError | undefined): OttlaError {
  if (last === undefined)
    return new OttlaError('REQUEST_TIMED_OUT', { message: `${what} took more than ${timeoutMs} ms` })
  const { broker, topic, partition, group, transactionalId } = last
  const context = { broker, topic, partition, group, transactionalId }
  const message = `${what} has not worked within ${timeoutMs} ms: ${last.message}`
  return new OttlaError(last.name, { ...context, message, messageIsWhole: true, cause: last })
}

/** Settles with the promise, or with the signal's reason if that comes first. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) reject(signal.reason)
    const aborted = () => reject(signal.reason)
    signal.addEventListener('abort', aborted, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', aborted))
  })
}

async function ignoringFailure(work: unknown): Promise<void> {
  try {
    await work
  } catch {
    // The next attempt will meet it again.
  }
}
