import {
  type Api,
  apiOf,
  apiVersionsRequest,
  apiVersionsResponse,
  type Decoded,
  decoder,
  ErrorCode,
  type Message,
  type Partially,
  Reader,
  type RequestHeader,
  readRequestHeader,
  responseFrame,
  stableVersions,
  Writer,
} from '@ottla/protocol'
import type { Address, Connection, Listener, Runtime } from '@ottla/runtime'
import { FrameReader } from '../connection/frame-reader.ts'

export interface FakeRequest {
  readonly version: number
  readonly clientId: string | null
  readonly connection: Connection
}

/** Answers a request; undefined leaves it without an answer. */
export type FakeHandler<Q, R> = (
  body: Decoded<Q>,
  request: FakeRequest,
) => Partially<Decoded<R>> | undefined | Promise<Partially<Decoded<R>> | undefined>

/** A connection, and until when nothing more is read from it. */
interface Line {
  readonly connection: Connection
  mutedUntilMs: number
}

export type VersionRange = readonly [min: number, max: number]

/** How often answers go astray, of each answer. */
export interface AnswerFaults {
  readonly lost: number
  readonly twice: number
  /** An answer to what was never asked comes before it. */
  readonly stray: number
  /** It says that the client is over its quota, and nothing more is read from the connection for up to `throttleMs`. */
  readonly throttled: number
  readonly throttleMs: number
}

export const faultless: AnswerFaults = { lost: 0, twice: 0, stray: 0, throttled: 0, throttleMs: 0 }

/** A broker that answers what a test tells it to, in frames as a real one's. What it has no handler for, it does not advertise. */
export class FakeBroker {
  readonly id: number
  address: Address
  answerFaults: AnswerFaults = faultless
  /** Levels of the cluster's features (KIP-584). */
  readonly features = new Map<string, number>()
  /** Requests that came, by name, in their order. */
  readonly seen: string[] = []
  readonly #runtime: Runtime
  readonly #chance: () => number
  readonly #handlers = new Map<number, FakeHandler<any, any>>()
  readonly #versions = new Map<number, VersionRange>()
  #listener: Listener | undefined

  constructor(runtime: Runtime, options: { id: number; address: Address; chance?: () => number }) {
    this.#runtime = runtime
    this.id = options.id
    this.address = options.address
    this.#chance = options.chance ?? (() => 1)
    this.on(apiVersionsRequest, apiVersionsResponse, () => ({
      apiKeys: this.#advertised(),
      finalizedFeatures: [...this.features].map(([name, level]) => ({
        name,
        maxVersionLevel: level,
        minVersionLevel: level,
      })),
    }))
  }

  get isUp(): boolean {
    return this.#listener !== undefined
  }

  on<Q extends Message<any>, R extends Message<any>>(request: Q, _response: R, handler: FakeHandler<Q, R>): this {
    this.#handlers.set(request.api!, handler)
    return this
  }

  /** Speaks only these versions of a request from now on, to connections that ask. */
  speak(request: Message<any>, versions: VersionRange): this {
    this.#versions.set(request.api!, versions)
    return this
  }

  /** Speaks only these APIs, by their keys, as far as it has handlers for them. */
  speakOnly(ranges: ReadonlyMap<number, VersionRange>): void {
    for (const key of this.#handlers.keys()) if (!ranges.has(key)) this.#handlers.delete(key)
    for (const [key, range] of ranges) this.#versions.set(key, range)
  }

  /** The APIs that it has handlers for. */
  get apis(): readonly Api[] {
    return [...this.#handlers.keys()].map((key) => apiOf(key)!)
  }

  async start(): Promise<void> {
    this.#listener = await this.#runtime.network.listen(this.address, (connection) => this.#accept(connection))
  }

  async stop(): Promise<void> {
    await this.#listener?.close()
    this.#listener = undefined
  }

  #advertised() {
    return [...this.#handlers.keys()].map((apiKey) => {
      const [minVersion, maxVersion] = this.#rangeOf(apiOf(apiKey)!)
      return { apiKey, minVersion, maxVersion }
    })
  }

  #rangeOf({ key, request }: Api): VersionRange {
    return this.#versions.get(key) ?? stableVersions(request)
  }

  #accept(connection: Connection): void {
    const frames = new FrameReader(256 * 1024 * 1024, 'a test')
    const line: Line = { connection, mutedUntilMs: -Infinity }
    let answering: Promise<void> = Promise.resolve()
    connection.onClose(() => {})
    const take = (frame: Buffer) => {
      const reader = new Reader(frame)
      const header = readRequestHeader(reader)
      this.seen.push(apiOf(header.requestApiKey)!.name)
      answering = answering.then(() => this.#answer(header, reader, line))
    }
    connection.readInto({ room: () => frames.room(), filled: (bytes) => frames.filled(bytes, take) })
  }

  async #answer(header: RequestHeader, reader: Reader, line: Line): Promise<void> {
    if (!this.isUp) return
    const { connection } = line
    const waitMs = line.mutedUntilMs - this.#runtime.monotonic()
    if (waitMs > 0) await new Promise<void>((resolve) => this.#runtime.timer(waitMs, resolve))
    const { requestApiVersion: version, correlationId, clientId } = header
    const api = apiOf(header.requestApiKey)!
    const [min, max] = this.#rangeOf(api)
    if (version < min || version > max) return this.#refuse(api, correlationId, connection)
    const body = decoder(api.request, version)(reader)
    const handler = this.#handlers.get(api.key)
    const answer = await handler?.(body, { version, clientId, connection })
    const { lost, twice, stray, throttled, throttleMs } = this.answerFaults
    if (answer === undefined || this.#chance() < lost) return
    const isThrottled = this.#chance() < throttled && 'throttleTimeMs' in api.response.fields
    const waits = Math.ceil(this.#chance() * throttleMs)
    const told = isThrottled ? { ...answer, throttleTimeMs: waits } : answer
    if (this.#chance() < stray)
      this.#send(connection, api, { version, correlationId: correlationId + 1_000, body: told })
    this.#send(connection, api, { version, correlationId, body: told })
    if (this.#chance() < twice) this.#send(connection, api, { version, correlationId, body: told })
    if (isThrottled) line.mutedUntilMs = this.#runtime.monotonic() + waits
  }

  #send(connection: Connection, api: Api, answer: { version: number; correlationId: number; body: any }): void {
    connection.write(responseFrame(new Writer(), { response: api.response, ...answer }))
  }

  /** As Kafka does it: ApiVersions in version 0 (KIP-511), else the connection is closed. */
  #refuse(api: Api, correlationId: number, connection: Connection): void {
    if (api.key !== apiVersionsRequest.api) {
      connection.destroy()
      return
    }
    const body = { errorCode: ErrorCode.UNSUPPORTED_VERSION, apiKeys: this.#advertised() }
    this.#send(connection, api, { version: 0, correlationId, body })
  }
}
