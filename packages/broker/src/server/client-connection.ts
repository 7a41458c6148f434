import { MalformedError, Reader, readRequestHeader, responseFrame } from '@ottla/protocol'
import type { Address, Connection } from '@ottla/runtime'
import type { ConnectionContext, RequestContext } from '../handler.ts'
import { apiVersionsForNewerClient } from '../handlers/18-api-versions.ts'
import { failureResponse } from './failure-response.ts'
import { foreignProtocol } from './foreign-protocol.ts'
import { FrameAssembler } from './frame-assembler.ts'
import { MalformedFrame } from './malformed-frame.ts'
import type { RequestHolder } from './request-memory.ts'
import type { Route } from './request-route.ts'
import type { Reservation } from './response-memory.ts'
import { ResponseQueue } from './response-queue.ts'
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
/** Received and not looked at yet. Above it the socket pauses; below it goes on, so that a close is noticed. */
const backlogLimitBytes = 128 * 1024

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
 * One client's connection.
 *
 *   socket -> frames -> `next` -> slots -> responses -> socket
 *             (cut)     (may it   (begun,  (in order)
 *                        begin?)   in order)
 *
 * Requests are worked on one at a time, as Kafka does, and only when the client has taken the earlier answers. But a
 * Produce may begin while earlier ones wait for the disk: that is what group commit gathers.
 */
export class ClientConnection implements ConnectionContext, RequestHolder {
  readonly id: number
  readonly clientHost: string
  readonly advertised: Address
  open = true
  /** When bytes last came, or an answer was finished. */
  lastActiveMs: number
  private readonly server: ServerState
  private readonly connection: Connection
  private readonly frames: FrameAssembler
  private readonly responses: ResponseQueue
  private readonly slots: Slot[] = []
  private readonly closeListeners = new Set<() => void>()
  /** A whole frame that may not begin yet. */
  private next: Buffer | undefined
  private accountedBytes = 0
  private slotBytes = 0
  private heldBack = false
  private paused = false
  private advancing = false
  private lastClientId: string | null = null

  constructor(server: ServerState, connection: Connection, id: number) {
    this.server = server
    this.connection = connection
    this.id = id
    this.clientHost = connection.remote.host
    this.advertised = server.settings.advertised ?? arrivedAt(connection)
    this.frames = new FrameAssembler(server.settings.socketRequestMaxBytes)
    this.responses = new ResponseQueue(connection, server.runtime.monotonic)
    this.lastActiveMs = server.runtime.monotonic()
    connection.onData((chunk) => this.receive(chunk))
    connection.onDrain(() => {
      this.responses.drained()
      this.advance()
    })
    connection.onClose(() => this.closed())
  }

  get unfinishedBytes(): number {
    return this.frames.heldBytes - this.frames.backlogBytes
  }

  /** Requests are being worked on, or answers are on their way. */
  get busy(): boolean {
    return this.slots.length > 0 || !this.responses.empty
  }

  /** Work that a stop of the broker should wait for. */
  get finishing(): boolean {
    return this.slots.some((slot) => !waitsForMembers.has(slot.route.handler.api.key)) || !this.responses.empty
  }

  /** Since when the client has taken nothing of an answer; undefined: nothing waits for it. */
  get stuckSinceMs(): number | undefined {
    return this.responses.empty ? undefined : this.responses.lastProgressMs
  }

  onClose(listener: () => void): () => void {
    this.closeListeners.add(listener)
    return () => this.closeListeners.delete(listener)
  }

  close(why: string): void {
    if (!this.open) return
    this.server.log.write(
      'warn',
      `closing the connection from ${this.clientHost}:${this.connection.remote.port}: ${why}`,
      {
        connection: this.id,
        ...(this.lastClientId === null ? {} : { clientId: this.lastClientId }),
      },
    )
    this.connection.destroy()
    this.closed()
  }

  /** Kafka closes idle connections silently; clients open another when they need one. */
  closeIdle(): void {
    this.server.runtime.log.write('debug', `closing the idle connection from ${this.clientHost}`, {
      connection: this.id,
    })
    this.end()
  }

  /** Closes at once. Not by halves: a client that reads nothing would never close its half. */
  end(): void {
    if (!this.open) return
    this.connection.destroy()
    this.closed()
  }

  holdBack(held: boolean): void {
    this.heldBack = held
    this.adjustFlow()
  }

  proceed(): void {
    this.advance()
  }

  private receive(chunk: Buffer): void {
    if (!this.open) return
    this.lastActiveMs = this.server.runtime.monotonic()
    this.frames.push(chunk)
    this.advance()
  }

  /** Begins what may begin. */
  private advance(): void {
    if (this.advancing || !this.open) return
    this.advancing = true
    try {
      while (this.open && !this.server.stopping) {
        this.next ??= this.frames.take()
        if (this.next === undefined || !this.mayBegin(this.next)) break
        const frame = this.next
        this.next = undefined
        this.begin(frame)
      }
    } catch (error) {
      this.failed(error)
    }
    this.advancing = false
    this.account()
    this.adjustFlow()
    if (this.server.stopping) this.server.checkFinished()
  }

  private mayBegin(frame: Buffer): boolean {
    if (!this.responses.empty) return false
    const apiKey = frame.length < headBytes ? undefined : frame.readInt16BE(0)
    return (
      (this.slots.length === 0 || (apiKey === produceKey && this.mayOverlap())) &&
      (smallAnswers.has(apiKey ?? produceKey) || this.server.responseMemory.hasRoom(this)) &&
      this.server.requestMemory.admit(this, frame.length)
    )
  }

  private mayOverlap(): boolean {
    const last = this.slots[this.slots.length - 1]!
    return last.route.handler.api.key === produceKey && this.slots.length < this.server.settings.maxPipelinedProduces
  }

  private begin(frame: Buffer): void {
    if (frame.length < headBytes) throw new MalformedError(0, `a request of ${frame.length} bytes`)
    const apiKey = frame.readInt16BE(0)
    const apiVersion = frame.readInt16BE(2)
    const correlationId = frame.readInt32BE(4)
    const route = this.server.routes.find(apiKey, apiVersion)
    if (route === undefined) {
      this.unsupported(apiKey, apiVersion, correlationId)
      this.server.requestMemory.finish(frame.length)
      return
    }
    const reader = new Reader(frame, this.server.settings.maxRequestItems)
    let request: unknown
    try {
      this.lastClientId = readRequestHeader(reader).clientId
      request = route.decode(reader)
    } catch (error) {
      this.server.requestMemory.finish(frame.length)
      throw error
    }
    const decodedBytes = reader.items * itemBytes
    this.server.requestMemory.grow(decodedBytes)
    const slot: Slot = {
      route,
      correlationId,
      bytes: frame.length + decodedBytes,
      context: undefined,
      done: false,
      answer: undefined,
      reservation: undefined,
    }
    this.slots.push(slot)
    this.slotBytes += slot.bytes
    this.handle(slot, request)
  }

  private handle(slot: Slot, request: unknown): void {
    const context: RequestContext = {
      ...this.server.services,
      apiVersion: slot.route.version,
      clientId: this.lastClientId,
      connection: this,
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
    if (this.open && response !== undefined) {
      try {
        slot.answer = this.frameOf(slot.route, slot.correlationId, response)
      } catch (error) {
        this.server.reportFailure(slot.route, error)
        this.close(`the answer to ${slot.route.handler.api.name} could not be encoded`)
      }
    }
    this.settle(slot)
  }

  private finishFailed(slot: Slot, request: unknown, error: unknown): void {
    this.server.reportFailure(slot.route, error)
    const response = failureResponse(slot.route, request, error)
    if (response === undefined)
      this.close(`${slot.route.handler.api.name} failed, and its answer has no place for an error`)
    this.finish(slot, response)
  }

  private frameOf({ handler, version }: Route, correlationId: number, body: any): Uint8Array[] {
    return responseFrame(this.server.writer, { response: handler.api.response, version, correlationId, body })
  }

  /** Answers leave in the order of their requests. */
  private settle(slot: Slot): void {
    slot.done = true
    this.lastActiveMs = this.server.runtime.monotonic()
    if (!this.open) {
      this.drop(slot)
      return
    }
    while (this.slots.length > 0 && this.slots[0]!.done) this.send(this.slots.shift()!)
    this.advance()
  }

  /** The connection went before the answer came. Until then the request counted: its work was under way. */
  private drop(slot: Slot): void {
    slot.reservation?.release()
    this.free(slot)
    this.account()
  }

  private free(slot: Slot): void {
    this.slotBytes -= slot.bytes
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
      this.close(
        'SASL was asked for on a listener without authentication; set security.protocol=PLAINTEXT in the client',
      )
    else if (this.server.routes.knows(apiKey))
      this.close(`it asked for API ${apiKey} in unsupported version ${apiVersion}`)
    else this.close(`it asked for API ${apiKey} (version ${apiVersion}), which this broker does not have`)
  }

  private failed(error: unknown): void {
    if (error instanceof MalformedFrame) {
      const foreign = this.frames.framesTaken === 0 ? foreignProtocol(error.size) : undefined
      this.close(foreign ?? error.message)
    } else if (error instanceof MalformedError) this.close(error.message)
    else {
      this.server.runtime.log.write('error', 'a request could not be read', { err: error, connection: this.id })
      this.close('a request could not be read')
    }
  }

  /** Tells the server how many bytes of requests this connection holds. */
  private account(): void {
    const unbegunBytes = this.open ? this.frames.heldBytes + (this.next?.length ?? 0) : 0
    const bytes = unbegunBytes + this.slotBytes
    const change = bytes - this.accountedBytes
    this.accountedBytes = bytes
    if (change !== 0) this.server.requestMemory.change(this, change)
  }

  private adjustFlow(): void {
    if (!this.open) return
    const pause = this.heldBack || (this.next !== undefined && this.frames.heldBytes > backlogLimitBytes)
    if (pause === this.paused) return
    this.paused = pause
    if (pause) this.connection.pause()
    else this.connection.resume()
  }

  private closed(): void {
    if (!this.open) return
    this.open = false
    this.next = undefined
    this.responses.discard()
    for (const slot of this.slots.splice(0)) if (slot.done) this.drop(slot)
    this.account()
    this.server.requestMemory.forget(this)
    this.server.responseMemory.forget(this)
    this.server.gone(this)
    for (const listener of [...this.closeListeners]) listener()
    this.closeListeners.clear()
  }
}

/** Where a client came to, it can come again: by the name it asked for under TLS, or to the same address. */
const arrivedAt = ({ serverName, local }: Connection): Address =>
  serverName === undefined ? local : { host: serverName, port: local.port }

const sizeOf = (buffers: readonly Uint8Array[]) => buffers.reduce((bytes, buffer) => bytes + buffer.length, 0)
