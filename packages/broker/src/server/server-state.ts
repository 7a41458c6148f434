import { KafkaError, Writer } from '@ottla/protocol'
import type { Runtime } from '@ottla/runtime'
import { FetchSessions } from '../fetch/fetch-sessions.ts'
import type { Handler, ServerContext } from '../handler.ts'
import { ProducerIds } from '../producer-ids.ts'
import type { Services } from '../services.ts'
import type { BrokerSettings } from '../settings.ts'
import type { ClientConnection } from './client-connection.ts'
import { LimitedLog } from './limited-log.ts'
import { RequestMemory } from './request-memory.ts'
import { type Route, Routes } from './request-route.ts'
import { ResponseMemory } from './response-memory.ts'

/** What all connections of one broker share. */
export class ServerState implements ServerContext {
  readonly services: Services
  readonly runtime: Runtime
  readonly settings: BrokerSettings
  readonly handlers: readonly Handler[]
  readonly routes: Routes
  readonly requestMemory: RequestMemory
  readonly responseMemory: ResponseMemory
  readonly fetchSessions: FetchSessions
  readonly producerIds: ProducerIds
  /** For lines that clients can cause. */
  readonly log: LimitedLog
  readonly writer = new Writer()
  readonly connections = new Set<ClientConnection>()
  /** No request begins any more. */
  stopping = false
  private turn = 0
  private finishedListener: (() => void) | undefined
  private readonly wakeListeners = new Set<() => void>()

  constructor(services: Services, settings: BrokerSettings, handlers: readonly Handler[]) {
    this.services = services
    this.runtime = services.runtime
    this.settings = settings
    this.handlers = handlers
    this.routes = new Routes(handlers)
    this.requestMemory = new RequestMemory(settings.queuedMaxRequestBytes, () => this.wake())
    this.responseMemory = new ResponseMemory(settings.maxQueuedResponseBytes)
    this.fetchSessions = new FetchSessions(settings, services.runtime)
    this.producerIds = new ProducerIds(services.cluster)
    this.log = new LimitedLog(services.runtime)
  }

  nextTurn(): number {
    this.turn = (this.turn + 1) % 2 ** 31
    return this.turn
  }

  onWake(listener: () => void): () => void {
    this.wakeListeners.add(listener)
    return () => this.wakeListeners.delete(listener)
  }

  wake(): void {
    for (const listener of [...this.wakeListeners]) listener()
  }

  gone(connection: ClientConnection): void {
    this.connections.delete(connection)
    this.checkFinished()
  }

  /** Calls once when no connection has work left that a stop should wait for. */
  whenFinished(listener: () => void): void {
    this.finishedListener = listener
    this.checkFinished()
  }

  checkFinished(): void {
    if (this.finishedListener === undefined || [...this.connections].some(({ finishing }) => finishing)) return
    const listener = this.finishedListener
    this.finishedListener = undefined
    listener()
  }

  /** A `KafkaError` is an answer; anything else is a defect, or a disk that fails. */
  reportFailure(route: Route, error: unknown): void {
    if (error instanceof KafkaError) return
    const { name } = route.handler.api
    this.log.write('error', `${name} v${route.version} failed`, { err: error })
  }
}
