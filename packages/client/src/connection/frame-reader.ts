import { OttlaError } from '../ottla-error.ts'

/** What stands where a frame's size should when the other end speaks another protocol. */
const strangers: readonly [prefix: string, what: string][] = [
  ['\x15\x03', 'it answers in TLS: connect with the option tls'],
  ['HTTP', 'an HTTP server answers there'],
  ['SSH-', 'an SSH server answers there'],
]

/**
 * Cuts what arrives into frames: int32 size, then that many bytes.
 *
 *     chunks   | size frame | size fra | me      |
 *                ^a view      ^copied once into a buffer of its own
 */
export class FrameReader {
  readonly #maxFrameBytes: number
  readonly #broker: string
  #chunks: Buffer[] = []
  #heldBytes = 0

  constructor(maxFrameBytes: number, broker: string) {
    this.#maxFrameBytes = maxFrameBytes
    this.#broker = broker
  }

  /** Takes a chunk and gives each frame that is whole now, without its size, to `take`. */
  push(chunk: Buffer, take: (frame: Buffer) => void): void {
    this.#chunks.push(chunk)
    this.#heldBytes += chunk.length
    while (this.#heldBytes >= 4) {
      const size = this.#frameBytes()
      if (this.#heldBytes < 4 + size) return
      take(this.#cut(4 + size).subarray(4))
    }
  }

  #frameBytes(): number {
    while (this.#chunks[0]!.length < 4) this.#chunks.splice(0, 2, Buffer.concat(this.#chunks.slice(0, 2)))
    const head = this.#chunks[0]!
    const size = head.readInt32BE(0)
    if (size >= 4 && size <= this.#maxFrameBytes) return size
    const text = head.toString('latin1', 0, 8)
    const stranger = strangers.find(([prefix]) => text.startsWith(prefix))
    const why =
      stranger?.[1] ?? `it sent a frame of ${size} bytes, where ${this.#maxFrameBytes} is the most that is taken`
    const message = `what listens there does not speak Kafka's protocol: ${why}`
    throw new OttlaError('MALFORMED_RESPONSE', { message, broker: this.#broker })
  }

  #cut(bytes: number): Buffer {
    this.#heldBytes -= bytes
    const head = this.#chunks[0]!
    if (head.length === bytes) return this.#chunks.shift()!
    if (head.length > bytes) {
      this.#chunks[0] = head.subarray(bytes)
      return head.subarray(0, bytes)
    }
    return this.#gather(bytes)
  }

  #gather(bytes: number): Buffer {
    const whole = Buffer.allocUnsafeSlow(bytes)
    let filled = 0
    let used = 0
    while (filled < bytes) {
      const chunk = this.#chunks[used]!
      const copied = chunk.copy(whole, filled)
      filled += copied
      if (copied === chunk.length) used++
      else this.#chunks[used] = chunk.subarray(copied)
    }
    this.#chunks.splice(0, used)
    return whole
  }
}
