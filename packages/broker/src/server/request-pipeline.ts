import { MalformedError, Reader, readRequestHeader, responseFrame } from '@ottla/protocol'
import type { ConnectionContext, RequestContext } from '../handler.ts'
import { apiVersionsForNewerClient } from '../handlers/18-api-versions.ts'
import { failureResponse } from './failure-response.ts'
import type { RequestHolder } from './request-memory.ts'
import type { Route } from './request-route.ts'
import type { Reservation } from './response-memory.ts'
import type { ResponseQueue } from './response-queue.ts'
import type { ServerState } from './server-state.ts'

/** API key, version and correlation id, which stand at the same place in every request. */
const headBytes = 8
const produceKey = 0
const saslHandshakeKey = 17
const apiVersionsKey = 18
/** JoinGroup and SyncGroup wait for other members, maybe for minutes: a broker that stops does not wait for them. */
const waitsForMembers = new Set([11, 14])
/** About what one item of an array takes in memory, decoded. */
const itemBytes = 128
/** Answers of a few bytes, which are not held back when the memory for answers is short: a group's life hangs on them. */
const smallAnswers = new Set([0, 8, 11, 12, 13, 14, 18, 22])

/** A request that was begun, in its place among the answers. */
interface Slot {
  readonly route: Route
  readonly correlationId: number
  /** What the request takes; held until the answer is there. */
  readonly bytes: number
  context: RequestContext | undefined
  done: boolean
  /** Undefined when done: there is no answer. */
  answer: readonly Uint8Array[] | undefined
  reservation: Reservation | undefined
}

/**
 * The requests of one connection that are being worked on, and the order of their answers.
 *
 * They are worked on one at a time, as Kafka does, and only when the client has taken the earlier answers. But a Produce
 * may begin while earlier ones wait for the disk: that is what group commit gathers.
 *
 * And one in each turn of the event loop, Produce apart: a request that waits for nothing is answered before anything else
 * comes in, so a client that sends a thousand at once would have the broker to itself until the last of them.
 */
export class RequestPipeline {
  /** Of the last request. */
  clientId: string | null = null
  /** Bytes of the requests that are being worked on. */
  heldBytes = 0
  private readonly server: ServerState
  private readonly connection: ConnectionContext & RequestHolder
  private readonly responses: ResponseQueue
  private readonly settled: () => void
  private readonly slots: Slot[] = []
  private hadItsTurn = false

  /** `settled` is called when a request is done with, and its answer, if any, in the queue. */
  constructor(
    server: ServerState,
    connection: ConnectionContext & RequestHolder,
    responses: ResponseQueue,
    settled: () => void,
  ) {
    this.server = server
    this.connection = connection
    this.responses = responses
    this.settled = settled
  }

  get running(): boolean {
    return this.slots.length > 0
  }

  /** Something is running that a stop of the broker should wait for. */
  get finishing(): boolean {
    return this.slots.some((slot) => !waitsForMembers.has(slot.route.handler.api.key))
  }

  /** If so, `begin` has to follow. If not, whatever stands in the way will make the connection proceed. */
  mayBegin(frame: Buffer): boolean {
    if (!this.responses.empty) return false
    const apiKey = frame.length < headBytes ? undefined : frame.readInt16BE(0)
    return (
      (this.slots.length === 0 || (apiKey === produceKey && this.mayOverlap())) &&
      (!this.hadItsTurn || apiKey === produceKey) &&
      (smallAnswers.has(apiKey ?? produceKey) || this.server.responseMemory.hasRoom(this.connection)) &&
      this.server.requestMemory.admit(this.connection, frame.length)
    )
  }

  private mayOverlap(): boolean {
    const last = this.slots[this.slots.length - 1]!
    return last.route.handler.api.key === produceKey && this.slots.length < this.server.settings.maxPipelinedProduces
  }

  /** Throws MalformedError. */
  begin(frame: Buffer): void {
    let begun: { slot: Slot; request: unknown } | undefined
    try {
      begun = this.open(frame)
    } finally {
      if (begun === undefined) this.server.requestMemory.finish(frame.length)
    }
    if (begun === undefined) return
    if (begun.slot.route.handler.api.key !== produceKey) this.takeTurn()
    this.slots.push(begun.slot)
    this.heldBytes += begun.slot.bytes
    this.handle(begun.slot, begun.request)
  }

  private takeTurn(): void {
    if (this.hadItsTurn) return
    this.hadItsTurn = true
    this.server.runtime.afterInput(() => {
      this.hadItsTurn = false
      this.settled()
    })
  }

  /** Undefined: there is no handler for it, and that was answered. */
  private open(frame: Buffer): { slot: Slot; request: unknown } | undefined {
    if (frame.length < headBytes) throw new MalformedError(0, `a request of ${frame.length} bytes`)
    const apiKey = frame.readInt16BE(0)
    const apiVersion = frame.readInt16BE(2)
    const correlationId = frame.readInt32BE(4)
    const route = this.server.routes.find(apiKey, apiVersion)
    if (route === undefined) {
      this.unsupported(apiKey, apiVersion, correlationId)
      return undefined
    }
    const reader = new Reader(frame, this.server.settings.maxRequestItems)
    this.clientId = readRequestHeader(reader).clientId
    const request = route.decode(reader)
    const decodedBytes = reader.items * itemBytes
    this.server.requestMemory.grow(decodedBytes)
    const bytes = frame.length + decodedBytes
    const nothingYet = { context: undefined, done: false, answer: undefined, reservation: undefined }
    return { slot: { route, correlationId, bytes, ...nothingYet }, request }
  }

  private handle(slot: Slot, request: unknown): void {
    // Named one by one: with a spread V8 gives each of these objects a shape of its own, and all that use them are slow.
    const { runtime, cluster, configs, storage, groups, brokerId } = this.server.services
    const context: RequestContext = {
      runtime,
      cluster,
      configs,
      storage,
      groups,
      brokerId,
      apiVersion: slot.route.version,
      clientId: this.clientId,
      connection: this.connection,
      server: this.server,
      reservation: undefined,
    }
    slot.context = context
    try {
      const response = slot.route.handler.handle(request, context)
      if (response instanceof Promise)
        response.then(
          (later) => this.finish(slot, later),
          (error) => this.finishFailed(slot, request, error),
        )
      else this.finish(slot, response)
    } catch (error) {
      this.finishFailed(slot, request, error)
    }
  }

  private finish(slot: Slot, response: unknown): void {
    slot.reservation = slot.context?.reservation
    slot.context = undefined
    if (this.connection.open && response !== undefined) {
      try {
        slot.answer = this.frameOf(slot.route, slot.correlationId, response)
      } catch (error) {
        this.server.reportFailure(slot.route, error)
        this.connection.close(`the answer to ${slot.route.handler.api.name} could not be encoded`)
      }
    }
    this.settle(slot)
  }

  private finishFailed(slot: Slot, request: unknown, error: unknown): void {
    this.server.reportFailure(slot.route, error)
    const response = failureResponse(slot.route, request, error)
    if (response === undefined)
      this.connection.close(`${slot.route.handler.api.name} failed, and its answer has no place for an error`)
    this.finish(slot, response)
  }

  private frameOf({ handler, version }: Route, correlationId: number, body: any): Uint8Array[] {
    return responseFrame(this.server.writer, { response: handler.api.response, version, correlationId, body })
  }

  /** Answers leave in the order of their requests. */
  private settle(slot: Slot): void {
    slot.done = true
    if (!this.connection.open) {
      this.drop(slot)
      return
    }
    while (this.slots.length > 0 && this.slots[0]!.done) this.send(this.slots.shift()!)
    this.settled()
  }

  /** The connection went before the answer came. Until then the request counted: its work was under way. */
  private drop(slot: Slot): void {
    slot.reservation?.release()
    this.free(slot)
    this.settled()
  }

  private free(slot: Slot): void {
    this.heldBytes -= slot.bytes
    this.server.requestMemory.finish(slot.bytes)
  }

  /** Giving memory back may let the next request begin: the answer has to be on its way before. */
  private send(slot: Slot): void {
    if (slot.answer === undefined) slot.reservation?.release()
    else {
      const reservation = slot.reservation ?? this.server.responseMemory.take(sizeOf(slot.answer))
      this.responses.push(slot.answer, reservation)
    }
    this.free(slot)
  }

  private unsupported(apiKey: number, apiVersion: number, correlationId: number): void {
    const answer = apiKey === apiVersionsKey ? this.server.routes.find(apiKey, 0) : undefined
    if (answer !== undefined) {
      const response = apiVersionsForNewerClient(this.server.handlers)
      const frame = this.frameOf(answer, correlationId, response)
      this.responses.push(frame, this.server.responseMemory.take(sizeOf(frame)))
    } else if (apiKey === saslHandshakeKey)
      this.connection.close(
        'SASL was asked for on a listener without authentication; set security.protocol=PLAINTEXT in the client',
      )
    else if (this.server.routes.knows(apiKey))
      this.connection.close(`it asked for API ${apiKey} in unsupported version ${apiVersion}`)
    else this.connection.close(`it asked for API ${apiKey} (version ${apiVersion}), which this broker does not have`)
  }

  /** The connection is gone. What runs goes on to its end, for nobody. */
  abandon(): void {
    for (const slot of this.slots.splice(0)) if (slot.done) this.drop(slot)
  }
}

const sizeOf = (buffers: readonly Uint8Array[]) => buffers.reduce((bytes, buffer) => bytes + buffer.length, 0)
