import { MalformedError } from '@ottla/protocol'
import type { Address, Connection } from '@ottla/runtime'
import type { ConnectionContext } from '../handler.ts'
import { foreignProtocol } from './foreign-protocol.ts'
import { FrameAssembler } from './frame-assembler.ts'
import { MalformedFrame } from './malformed-frame.ts'
import type { RequestHolder } from './request-memory.ts'
import { RequestPipeline } from './request-pipeline.ts'
import { ResponseQueue } from './response-queue.ts'
import type { ServerState } from './server-state.ts'

/** Received and not looked at yet. Above it the socket pauses; below it goes on, so that a close is noticed. */
const backlogLimitBytes = 128 * 1024

/**
 * One client's connection.
 *
 *   socket -> frames -> `next` -> pipeline -> responses -> socket
 *             (cut)     (may it   (handlers)  (in order)
 *                        begin?)
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
  private readonly pipeline: RequestPipeline
  private readonly closeListeners = new Set<() => void>()
  /** A whole frame that may not begin yet. */
  private next: Buffer | undefined
  private accountedBytes = 0
  private heldBack = false
  private paused = false
  private advancing = false

  constructor(server: ServerState, connection: Connection, id: number) {
    this.server = server
    this.connection = connection
    this.id = id
    this.clientHost = connection.remote.host
    this.advertised = server.settings.advertised ?? arrivedAt(connection)
    this.frames = new FrameAssembler(server.settings.socketRequestMaxBytes)
    this.responses = new ResponseQueue(connection, server.runtime.monotonic)
    this.pipeline = new RequestPipeline(server, this, this.responses, () => this.settled())
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
    return this.pipeline.running || !this.responses.empty
  }

  /** Work that a stop of the broker should wait for. */
  get finishing(): boolean {
    return this.pipeline.finishing || !this.responses.empty
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
    const { clientId } = this.pipeline
    const fields = clientId === null ? { connection: this.id } : { connection: this.id, clientId }
    const from = `${this.clientHost}:${this.connection.remote.port}`
    this.server.log.write('warn', `closing the connection from ${from}: ${why}`, fields)
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
        if (this.next === undefined || !this.pipeline.mayBegin(this.next)) break
        const frame = this.next
        this.next = undefined
        this.pipeline.begin(frame)
      }
    } catch (error) {
      this.failed(error)
    }
    this.advancing = false
    this.account()
    this.adjustFlow()
    if (this.server.stopping) this.server.checkFinished()
  }

  private settled(): void {
    this.lastActiveMs = this.server.runtime.monotonic()
    if (this.open) this.advance()
    else this.account()
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
    const bytes = unbegunBytes + this.pipeline.heldBytes
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
    this.pipeline.abandon()
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
