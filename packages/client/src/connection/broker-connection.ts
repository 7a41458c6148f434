import {
  apiVersionsRequest,
  apiVersionsResponse,
  type Decoded,
  decoder,
  ErrorCode,
  type Message,
  type Partially,
  Reader,
  readResponseHeader,
  requestFrame,
  Writer,
} from '@ottla/protocol'
import type { Address, Connection } from '@ottla/runtime'
import { type ErrorContext, OttlaError, throwBrokerError } from '../ottla-error.ts'
import { beforeNegotiation, readApiVersions, SpokenVersions } from './api-versions.ts'
import type { ConnectionWatch } from './diagnostics.ts'
import type { Endpoint } from './endpoint.ts'
import { FrameReader } from './frame-reader.ts'
import type { WatchedRequest } from './request-watch.ts'
import { type Deadline, type TimerWheel, tickMs } from './timer-wheel.ts'

export interface SendOptions {
  /** How long the answer may take. Without it, the connection's request timeout. */
  readonly timeoutMs?: number
  /** Caps the version, where a newer one means something else. */
  readonly maxVersion?: number
}

export interface BrokerConnectionOptions {
  readonly wheel: TimerWheel
  readonly clientId: string
  readonly requestTimeoutMs: number
  readonly maxResponseBytes: number
  /** What to look at when the broker closes the connection before it has answered anything of use. */
  readonly earlyCloseHint: string
  readonly watch: ConnectionWatch
}

interface InFlight {
  readonly correlationId: number
  readonly request: Message<any>
  readonly response: Message<any>
  readonly version: number
  readonly settle: (answer: any) => void
  readonly fail: (error: OttlaError) => void
  readonly timedOut: () => void
  deadline: Deadline
  /** Time of day, if somebody wants to know. */
  readonly sentAt: number
  /** By the wheel's clock. */
  readonly sentMs: number
}

const softwareName = 'ottla-client'
const softwareVersion = '0.1.0'

/**
 * One connection to one broker. Requests go out at once and are answered in their order:
 *
 *     send -> [ 7 | 8 | 9 ] in flight -> the answer that arrives belongs to 7
 *
 * A request that is not answered in time ends the connection, for nothing after it could be answered either. Whatever
 * ends it, everything in flight settles.
 */
export class BrokerConnection {
  readonly broker: string
  readonly address: Address
  readonly #brokerId: number | undefined
  readonly #connection: Connection
  readonly #options: BrokerConnectionOptions
  readonly #frames: FrameReader
  // One for each connection: a frame of megabytes in one leaves the others their chunk.
  readonly #writer = new Writer()
  #inFlight: InFlight[] = []
  #nextCorrelationId = 0
  #versions = beforeNegotiation
  #failure: OttlaError | undefined
  /** What waits until another login is done, or a pause that the broker has asked for is over. */
  #held: (() => void)[] = []
  #isLoggingIn = false
  #pause: Deadline | undefined
  /** Called when nothing is in flight any more. */
  #drained: () => void = () => {}
  /** The broker has answered more than which versions it speaks, which it does for everybody. */
  #isOfUse = false
  #closed: (error: OttlaError) => void = () => {}
  #isReady = false

  constructor(connection: Connection, { host, port, id }: Endpoint, options: BrokerConnectionOptions) {
    this.broker = `${host}:${port}`
    this.address = { host, port }
    this.#brokerId = id
    this.#connection = connection
    this.#options = options
    this.#frames = new FrameReader(options.maxResponseBytes, this.broker)
    connection.readInto({ room: () => this.#frames.room(), filled: (bytes) => this.#receive(bytes) })
    connection.onClose((cause) => {
      const hint = this.#isOfUse ? '' : ` before it answered${options.earlyCloseHint}`
      this.#end(this.#error('NETWORK_EXCEPTION', `the broker closed the connection${hint}`, cause))
    })
  }

  get isOpen(): boolean {
    return this.#failure === undefined
  }

  get inFlightCount(): number {
    return this.#inFlight.length
  }

  /** Features of the cluster with their levels (KIP-584). */
  get features(): ReadonlyMap<string, number> {
    return this.#versions.features
  }

  /** Versions are known and the login is done: from now on its end is worth telling. */
  becomesReady(): void {
    this.#isReady = true
    if (this.#failure !== undefined) this.#options.watch.disconnected(this.broker, this.#failure)
  }

  /** Called once, when the connection has ended. */
  onClose(closed: (error: OttlaError) => void): void {
    this.#closed = closed
  }

  /** The version that `send` would use, or undefined if the broker has none in common. */
  versionOf(request: Message<any>, maxVersion?: number): number | undefined {
    return this.#versions.highest(request, maxVersion)
  }

  /** Asks which versions the broker speaks. To be done first, and again after authentication. */
  async negotiate(): Promise<void> {
    const body = { clientSoftwareName: softwareName, clientSoftwareVersion: softwareVersion }
    let answer = await this.send(apiVersionsRequest, apiVersionsResponse, body)
    if (answer.errorCode === ErrorCode.UNSUPPORTED_VERSION) {
      const known = answer.apiKeys.find((api) => api.apiKey === apiVersionsRequest.api)
      answer = await this.send(apiVersionsRequest, apiVersionsResponse, body, { maxVersion: known?.maxVersion ?? 0 })
    }
    throwBrokerError(answer.errorCode, undefined, { broker: this.broker })
    this.#versions = new SpokenVersions(answer)
  }

  /** Sends in the highest version that both ends speak; fields that it lacks are left out. */
  send<Q extends Message<any>, R extends Message<any>>(
    request: Q,
    response: R,
    body: Partially<Decoded<Q>>,
    options: SendOptions = {},
  ): Promise<Decoded<R>> {
    if (!this.#isHeld) return this.sendFirst(request, response, body, options)
    return new Promise((settle, fail) => {
      this.#held.push(() => this.sendFirst(request, response, body, options).then(settle, fail))
    })
  }

  /** The same, though others are held back. */
  sendFirst<Q extends Message<any>, R extends Message<any>>(
    request: Q,
    response: R,
    body: Partially<Decoded<Q>>,
    options: SendOptions = {},
  ): Promise<Decoded<R>> {
    const { watch } = this.#options
    return watch.requested(this.broker, apiName(request), () => this.#request(request, response, body, options))
  }

  #request<Q extends Message<any>, R extends Message<any>>(
    request: Q,
    response: R,
    body: Partially<Decoded<Q>>,
    options: SendOptions,
  ): Promise<Decoded<R>> {
    return new Promise((settle, fail) => {
      const version = this.#write(request, body, options.maxVersion)
      const correlationId = this.#nextCorrelationId++
      const timeoutMs = options.timeoutMs ?? this.#options.requestTimeoutMs
      const { wheel, watch } = this.#options
      const sentAt = watch.requests?.now() ?? 0
      const sent = { correlationId, request, response, version, settle, fail, sentAt, sentMs: wheel.nowMs }
      const timedOut = () => this.#timedOut(sent, timeoutMs)
      const deadline = timeoutMs < tickMs ? wheel.precisely(timeoutMs, timedOut) : wheel.after(timeoutMs, timedOut)
      this.#inFlight.push({ ...sent, timedOut, deadline })
      watch.requests?.inFlight(this.broker, this.#inFlight.length)
    })
  }

  /** Sends a request that the broker does not answer: Produce with acks=0. */
  sendUnanswered<Q extends Message<any>>(request: Q, body: Partially<Decoded<Q>>): void {
    if (this.#isHeld) {
      this.#held.push(() => this.sendUnanswered(request, body))
      return
    }
    this.#options.watch.counts.requests++
    this.#write(request, body)
    this.#nextCorrelationId++
  }

  /**
   * Lets nothing else be sent until `work` is done, as logging in again needs it; that begins when what is in flight is
   * answered, for a join may take longer than a login may. If it fails, the connection ends.
   */
  async withoutOthers(work: () => Promise<void>): Promise<void> {
    this.#isLoggingIn = true
    try {
      if (this.#inFlight.length > 0)
        await new Promise<void>((resolve) => {
          this.#drained = resolve
        })
      if (this.isOpen) await work()
    } catch (error) {
      this.#end(this.#error('NETWORK_EXCEPTION', `logging in again has failed: ${(error as Error).message}`, error))
    }
    this.#isLoggingIn = false
    this.#sendHeld()
  }

  close(): void {
    this.#end(this.#error('CLIENT_CLOSED', 'the connection was closed on this side'))
  }

  /** Writes the request with the next correlation id; returns its version. */
  #write<Q extends Message<any>>(request: Q, body: Partially<Decoded<Q>>, maxVersion?: number): number {
    if (this.#failure !== undefined) throw this.#failure
    const version = this.versionOf(request, maxVersion)
    if (version === undefined) throw this.#unsupported(request)
    const { clientId } = this.#options
    const correlationId = this.#nextCorrelationId
    const frame = requestFrame(this.#writer, { request, version, correlationId, clientId, body })
    for (const piece of frame) this.#options.watch.counts.bytesSent += piece.length
    this.#connection.write(frame)
    return version
  }

  #receive(bytes: number): void {
    if (this.#failure !== undefined) return
    this.#options.watch.counts.bytesReceived += bytes
    try {
      this.#frames.filled(bytes, this.#take)
    } catch (cause) {
      // A stranger stays one. Bytes that went astray do not: on a new connection, all may be well.
      if (cause instanceof OttlaError) this.#end(cause)
      else this.#end(this.#error('NETWORK_EXCEPTION', 'the answer of the broker cannot be read', cause))
    }
  }

  readonly #take = (frame: Buffer): void => this.#answer(frame)

  #answer(frame: Buffer): void {
    const first = this.#inFlight[0]
    if (first === undefined) throw new Error('the broker answers where nothing was asked')
    const reader = new Reader(frame)
    const { correlationId } = readResponseHeader(reader, first.response, first.version)
    if (correlationId !== first.correlationId)
      throw new Error(`the broker answers request ${correlationId} where ${first.correlationId} is due`)
    const body =
      first.request === apiVersionsRequest
        ? readApiVersions(reader, first.version)
        : decoder(first.response, first.version)(reader)
    this.#isOfUse ||= first.request !== apiVersionsRequest
    this.#inFlight.shift()
    first.deadline.cancel()
    const { watch, wheel } = this.#options
    watch.answered(this.#brokerId, first.request, { ms: wheel.nowMs - first.sentMs, throttleMs: body.throttleTimeMs })
    if (body.throttleTimeMs > 0) {
      watch.throttled(this.broker, apiName(first.request), body.throttleTimeMs)
      this.#rest(body.throttleTimeMs)
    }
    watch.requests?.answered(this.#watched(first), frame.length)
    first.settle(body)
    if (this.#inFlight.length === 0) this.#drained()
  }

  /**
   * The client is over its quota: the broker reads nothing more from this connection for so long (KIP-219). What is on
   * its way already is answered later by as much.
   */
  #rest(ms: number): void {
    const { wheel } = this.#options
    const leftMs = this.#pause === undefined ? 0 : wheel.leftMs(this.#pause)
    this.#pause?.cancel()
    this.#pause = wheel.after(Math.max(ms, leftMs), () => {
      this.#pause = undefined
      this.#sendHeld()
    })
    for (const each of this.#inFlight) {
      each.deadline.cancel()
      each.deadline = wheel.after(wheel.leftMs(each.deadline) + ms, each.timedOut)
    }
  }

  #timedOut(inFlight: Omit<InFlight, 'deadline' | 'timedOut'>, timeoutMs: number): void {
    this.#options.watch.requests?.timedOut(this.#watched(inFlight))
    const what = `the broker has not answered ${apiName(inFlight.request)} within ${timeoutMs} ms`
    this.#end(this.#error('REQUEST_TIMED_OUT', what))
  }

  #watched({ request, version, correlationId, sentAt }: Omit<InFlight, 'deadline' | 'timedOut'>): WatchedRequest {
    return { broker: this.broker, request, version, correlationId, sentAt }
  }

  #end(error: OttlaError): void {
    if (this.#failure !== undefined) return
    this.#failure = error
    this.#connection.destroy()
    const unanswered = this.#inFlight
    this.#inFlight = []
    for (const { deadline, fail } of unanswered) {
      deadline.cancel()
      fail(error)
    }
    this.#pause?.cancel()
    this.#drained()
    this.#sendHeld()
    if (this.#isReady) this.#options.watch.disconnected(this.broker, error)
    this.#closed(error)
  }

  get #isHeld(): boolean {
    return this.isOpen && (this.#isLoggingIn || this.#pause !== undefined)
  }

  /** On a connection that has ended they fail, as they would have at once. */
  #sendHeld(): void {
    if (this.#isHeld) return
    const held = this.#held
    this.#held = []
    if (this.isOpen) for (const send of held) send()
    else for (const send of held) ignoringFailure(send)
  }

  #unsupported(request: Message<any>): OttlaError {
    const [min, max] = request.versions
    const message = `the broker has no version of ${apiName(request)} in common with this client (${min} to ${max})`
    return this.#error('UNSUPPORTED_VERSION', message)
  }

  #error(name: ConstructorParameters<typeof OttlaError>[0], message: string, cause?: unknown): OttlaError {
    const context: ErrorContext = { broker: this.broker }
    return new OttlaError(name, { ...context, message, cause })
  }
}

function ignoringFailure(send: () => void): void {
  try {
    send()
  } catch {
    // An unanswered request on a connection that has ended: there is nobody to tell.
  }
}

const apiName = (request: Message<any>) => request.name.slice(0, -'Request'.length)
