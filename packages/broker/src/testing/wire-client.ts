import {
  type Decoded,
  decoder,
  type Message,
  type Partially,
  Reader,
  readResponseHeader,
  requestFrame,
  Writer,
} from '@ottla/protocol'
import type { Address, Connection, Runtime } from '@ottla/runtime'

/** A connection of a client that says exactly what a test wants said. */
export class WireClient {
  readonly connection: Connection
  /** Frames that came and were not taken, without their sizes. */
  private readonly frames: Buffer[] = []
  private readonly waiting: ((frame: Buffer | undefined) => void)[] = []
  private received: Buffer = Buffer.alloc(0)
  private readonly writer = new Writer()
  private nextCorrelationId = 1
  closed = false
  readonly whenClosed: Promise<void>
  receivedBytes = 0

  private constructor(connection: Connection) {
    this.connection = connection
    connection.onData((chunk) => this.receive(chunk))
    this.whenClosed = new Promise((resolve) =>
      connection.onClose(() => {
        this.closed = true
        for (const wake of this.waiting.splice(0)) wake(undefined)
        resolve()
      }),
    )
  }

  static async connect(runtime: Runtime, address: Address): Promise<WireClient> {
    return new WireClient(await runtime.network.connect(address))
  }

  /** Sends without waiting for the answer. Returns the correlation id. */
  send<M extends Message<any>>(request: M, version: number, body: Partially<Decoded<M>>): number {
    const correlationId = this.nextCorrelationId++
    const frame = requestFrame(this.writer, { request, version, correlationId, clientId: 'test', body })
    this.connection.write(frame)
    return correlationId
  }

  sendBytes(bytes: Uint8Array): void {
    this.connection.write([bytes])
  }

  /** The next frame, or undefined: the connection was closed. */
  nextFrame(): Promise<Buffer | undefined> {
    const frame = this.frames.shift()
    if (frame !== undefined || this.closed) return Promise.resolve(frame)
    return new Promise((resolve) => this.waiting.push(resolve))
  }

  /** The next answer, to a request of this API and version. */
  async answer<S extends Message<any>>(
    response: S,
    version: number,
  ): Promise<{ correlationId: number; body: Decoded<S> }> {
    const frame = await this.nextFrame()
    if (frame === undefined) throw new Error('the broker closed the connection')
    const reader = new Reader(frame)
    const { correlationId } = readResponseHeader(reader, response, version)
    return { correlationId, body: decoder(response, version)(reader) }
  }

  async ask<Q extends Message<any>, S extends Message<any>>(
    request: Q,
    response: S,
    version: number,
    body: Partially<Decoded<Q>>,
  ): Promise<Decoded<S>> {
    this.send(request, version, body)
    return (await this.answer(response, version)).body
  }

  close(): void {
    this.connection.destroy()
  }

  private receive(chunk: Buffer): void {
    this.receivedBytes += chunk.length
    this.received = this.received.length === 0 ? chunk : Buffer.concat([this.received, chunk])
    while (this.received.length >= 4) {
      const size = this.received.readInt32BE(0)
      if (this.received.length < 4 + size) return
      const frame = this.received.subarray(4, 4 + size)
      this.received = this.received.subarray(4 + size)
      const wake = this.waiting.shift()
      if (wake === undefined) this.frames.push(frame)
      else wake(frame)
    }
  }
}
