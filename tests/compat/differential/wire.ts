import { connect, type Socket } from 'node:net'

/** What a broker did with a frame: it answered, closed the connection, or did neither for as long as was waited. */
export type Reaction = Buffer | 'closed' | 'silent'

/** A connection on which one frame at a time is sent and its answer awaited. */
export class Wire {
  private readonly socket: Socket
  private received: Buffer = Buffer.alloc(0)
  private closed = false
  private wake: () => void = () => undefined
  private readonly opened: Promise<void>

  constructor(address: string) {
    const at = address.lastIndexOf(':')
    this.socket = connect({ host: address.slice(0, at), port: Number(address.slice(at + 1)), noDelay: true })
    this.opened = new Promise((resolve) => this.socket.once('connect', () => resolve()))
    this.socket.on('data', (chunk) => {
      this.received = Buffer.concat([this.received, chunk])
      this.wake()
    })
    this.socket.on('error', () => undefined)
    this.socket.on('close', () => {
      this.closed = true
      this.wake()
    })
  }

  /** Sends bytes as they are; the answer is the next frame, without its size. */
  async exchange(pieces: readonly Uint8Array[], waitMs: number): Promise<Reaction> {
    await Promise.race([this.opened, this.changed(waitMs)])
    if (!this.closed) for (const piece of pieces) this.socket.write(piece)
    return this.next(waitMs)
  }

  async next(waitMs: number): Promise<Reaction> {
    const deadline = Date.now() + waitMs
    for (;;) {
      const frame = this.take()
      if (frame !== undefined) return frame
      if (this.closed) return 'closed'
      const left = deadline - Date.now()
      if (left <= 0) return 'silent'
      await this.changed(left)
    }
  }

  close(): void {
    this.socket.destroy()
  }

  private take(): Buffer | undefined {
    if (this.received.length < 4) return undefined
    const end = 4 + this.received.readInt32BE(0)
    if (this.received.length < end) return undefined
    const frame = this.received.subarray(4, end)
    this.received = this.received.subarray(end)
    return frame
  }

  private changed(waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, waitMs)
      this.wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
