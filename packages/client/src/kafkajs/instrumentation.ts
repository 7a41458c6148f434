import { EventEmitter } from 'node:events'
import type { Runtime } from '@ottla/runtime'
import type { RequestWatch, WatchedRequest } from '../connection/request-watch.ts'
import { KafkaJSNonRetriableError } from './errors.ts'
import type { Logger } from './types/logging.ts'

let nextId = 0

export interface InstrumentationOptions<E> {
  /** Of the client: `consumer`. */
  readonly client: string
  readonly events: E
  readonly logger: Logger
  readonly runtime: Runtime
}

/** The events of one client. An event costs nothing while nobody listens to it. */
export class Instrumentation<E extends Readonly<Record<string, string>>> {
  readonly #options: InstrumentationOptions<E>
  readonly #emitter = new EventEmitter({ captureRejections: false })

  constructor(options: InstrumentationOptions<E>) {
    this.#options = options
    this.#emitter.setMaxListeners(0)
  }

  emit(name: E[keyof E], payload: unknown = undefined): void {
    if (this.#emitter.listenerCount(name) === 0) return
    this.#emitter.emit(name, { id: nextId++, type: name, timestamp: this.#options.runtime.now(), payload })
  }

  readonly on = (name: string, listener: (event: any) => unknown): (() => void) => {
    const { client, events, logger } = this.#options
    if (!Object.values(events).includes(name)) {
      const names = Object.keys(events).map((key) => `${client}.events.${key}`)
      throw new KafkaJSNonRetriableError(`Event name should be one of ${names.join(', ')}`)
    }
    // A listener that fails must not hurt what it listens to.
    const guarded = async (event: unknown) => {
      try {
        await listener(event)
      } catch (error) {
        const { message, stack } = error as Error
        logger.error(`Failed to execute listener: ${message}`, { eventName: name, stack })
      }
    }
    this.#emitter.on(name, guarded)
    return () => this.#emitter.off(name, guarded)
  }

  /** Turns what connections do into events. */
  watch(clientId: string): RequestWatch {
    const { runtime, events } = this.#options
    const { REQUEST, REQUEST_TIMEOUT, REQUEST_QUEUE_SIZE } = events as any
    const sent = ({ broker, request, version, correlationId, sentAt }: WatchedRequest) => ({
      broker,
      clientId,
      correlationId,
      createdAt: sentAt,
      sentAt,
      // A request goes out as soon as it is made.
      pendingDuration: 0,
      apiKey: request.api!,
      apiName: request.name.slice(0, -'Request'.length),
      apiVersion: version,
    })
    return {
      now: () => runtime.now(),
      answered: (request, size) =>
        this.emit(REQUEST, { ...sent(request), duration: runtime.now() - request.sentAt, size }),
      timedOut: (request) => this.emit(REQUEST_TIMEOUT, sent(request)),
      inFlight: (broker, count) => {
        if (count > 1) this.emit(REQUEST_QUEUE_SIZE, { broker, clientId, queueSize: count - 1 })
      },
    }
  }
}
