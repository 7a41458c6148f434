import { channel, tracingChannel } from 'node:diagnostics_channel'
import { fetchRequest, type Message, offsetCommitRequest, produceRequest, shareFetchRequest } from '@ottla/protocol'
import type { Log } from '@ottla/runtime'
import type { OttlaError } from '../ottla-error.ts'
import { ConnectionCounts } from './connection-metrics.ts'
import type { RequestWatch } from './request-watch.ts'
import { type Timed, Timings } from './timings.ts'

/*
 * What tools may listen to, by `node:diagnostics_channel`. It costs nothing while nobody does.
 *   ottla:client:connect      tracing: connecting to a broker, TLS and login included.   ConnectMessage
 *   ottla:client:disconnect   a connection has ended.                                    DisconnectMessage
 *   ottla:client:request      tracing: a request, until it is answered.                  RequestMessage
 *   ottla:client:retry        something has failed and is to be tried again.             RetryMessage
 *   ottla:client:throttle     a broker held an answer back: a quota is exceeded.         ThrottleMessage
 */

/** On the tracing channel `ottla:client:connect`: connecting to a broker, TLS and login included. */
export interface ConnectMessage {
  readonly clientId: string
  /** `HOST:PORT`. */
  readonly broker: string
  /** Undefined for a bootstrap server. */
  readonly brokerId: number | undefined
}

/** On the channel `ottla:client:disconnect`: a connection has ended. */
export interface DisconnectMessage {
  readonly clientId: string
  readonly broker: string
  /** CLIENT_CLOSED: this side has closed it. */
  readonly error: OttlaError
}

/** On the tracing channel `ottla:client:request`: a request, until it is answered. */
export interface RequestMessage {
  readonly clientId: string
  readonly broker: string
  /** `Produce`, `Fetch`, … */
  readonly api: string
}

/** On the channel `ottla:client:retry`: something has failed and is to be tried again. */
export interface RetryMessage {
  readonly clientId: string
  /** What is tried: `looking for topic orders`. */
  readonly what: string
  readonly error: OttlaError
}

/** On the channel `ottla:client:throttle`: a broker held an answer back, because a quota is exceeded (KIP-219). */
export interface ThrottleMessage {
  readonly clientId: string
  readonly broker: string
  readonly api: string
  readonly throttleTimeMs: number
}

const connecting = tracingChannel<string, ConnectMessage>('ottla:client:connect')
const disconnects = channel('ottla:client:disconnect')
const requests = tracingChannel<string, RequestMessage>('ottla:client:request')
const retries = channel('ottla:client:retry')
const throttles = channel('ottla:client:throttle')

// The types of Node 20 lack the property that it has.
const isHeard = (traced: object): boolean => (traced as { readonly hasSubscribers: boolean }).hasSubscribers

/** Requests that are timed by themselves, beside all requests to their broker. */
const timedApis = new Map<Message<any>, { readonly answer: Timed; readonly throttle?: Timed }>([
  [produceRequest, { answer: 'produce', throttle: 'produceThrottle' }],
  [fetchRequest, { answer: 'fetch', throttle: 'fetchThrottle' }],
  [shareFetchRequest, { answer: 'fetch', throttle: 'fetchThrottle' }],
  [offsetCommitRequest, { answer: 'commit' }],
])

/** Counts, times, logs and tells what happens to the connections of one client. */
export class ConnectionWatch {
  readonly counts = new ConnectionCounts()
  /** Of requests, and of what stands on these connections. */
  readonly timings = new Timings()
  /** What stands above this client may want to know of each request. */
  readonly requests: RequestWatch | undefined
  readonly #log: Log
  readonly #clientId: string

  constructor(log: Log, clientId: string, requests?: RequestWatch) {
    this.requests = requests
    this.#log = log
    this.#clientId = clientId
  }

  async connecting<T>(broker: string, brokerId: number | undefined, connect: () => Promise<T>): Promise<T> {
    try {
      const message: ConnectMessage = { clientId: this.#clientId, broker, brokerId }
      const connection = await (isHeard(connecting) ? connecting.tracePromise(connect, message) : connect())
      this.counts.opened++
      this.counts.open++
      this.#log.write('debug', 'connected to a broker', { broker, brokerId })
      return connection
    } catch (err) {
      this.counts.failed++
      this.#log.write('warn', 'a broker cannot be connected to', { broker, brokerId, err })
      throw err
    }
  }

  /** Of a connection that `connecting` has given. */
  disconnected(broker: string, error: OttlaError): void {
    this.counts.open--
    const isOurs = error.name === 'CLIENT_CLOSED'
    if (!isOurs) this.counts.lost++
    if (disconnects.hasSubscribers) {
      const message: DisconnectMessage = { clientId: this.#clientId, broker, error }
      disconnects.publish(message)
    }
    // Brokers close connections that nobody uses: that alone is no reason to worry.
    if (isOurs) this.#log.write('debug', 'a connection was closed', { broker })
    else this.#log.write('info', 'a connection was lost', { broker, err: error })
  }

  requested<T>(broker: string, api: string, send: () => Promise<T>): Promise<T> {
    this.counts.requests++
    if (!isHeard(requests)) return send()
    return requests.tracePromise(send, { clientId: this.#clientId, broker, api })
  }

  /** An answer came after `ms`; `throttleMs` is what a quota makes the client wait from now on. */
  answered(brokerId: number | undefined, request: Message<any>, took: { ms: number; throttleMs: number }): void {
    if (brokerId !== undefined) this.timings.add(brokerId, took.ms)
    const timed = timedApis.get(request)
    if (timed === undefined) return
    this.timings.add(timed.answer, took.ms)
    if (timed.throttle !== undefined) this.timings.add(timed.throttle, took.throttleMs)
  }

  throttled(broker: string, api: string, throttleTimeMs: number): void {
    this.counts.throttled++
    this.counts.throttledMs += throttleTimeMs
    if (throttles.hasSubscribers) {
      const message: ThrottleMessage = { clientId: this.#clientId, broker, api, throttleTimeMs }
      throttles.publish(message)
    }
    this.#log.write('warn', 'a broker holds answers back: a quota is exceeded', { broker, api, throttleTimeMs })
  }

  retrying(what: string, error: OttlaError): void {
    this.counts.retries++
    this.batchRetrying(what, error)
  }

  /** The same for what its producer counts. */
  batchRetrying(what: string, error: OttlaError): void {
    if (retries.hasSubscribers) {
      const message: RetryMessage = { clientId: this.#clientId, what, error }
      retries.publish(message)
    }
    this.#log.write('info', 'trying again', { what, err: error })
  }
}
