import { OttlaError } from '../ottla-error.ts'

/** What stands where a frame's size should when the other end speaks another protocol. */
const strangers: readonly [prefix: string, what: string][] = [
  ['\x15\x03', 'it answers in TLS: connect with the option tls'],
  ['HTTP', 'an HTTP server answers there'],
  ['SSH-', 'an SSH server answers there'],
]

/** Of a buffer that takes many small frames. */
const chunkBytes = 64 * 1024
/** A read into less room than this is not worth the call. */
const leastRoomBytes = 1024

/**
 * Cuts what arrives into frames: int32 size, then that many bytes. It says where the bytes are to be put, so that they are
 * read straight to where their frame lies:
 *
 *     chunk    | size frame | size frame | size fra… free |      small frames: views of a chunk, one behind the other
 *                                        ^begin  ^end
 *     a frame that does not fit into the rest of the chunk gets a buffer of its own, which it fills to the last byte
 */
export class FrameReader {
  readonly #maxFrameBytes: number
  readonly #broker: string
  #buffer = Buffer.allocUnsafeSlow(chunkBytes)
  /** Of the frame that is not whole yet. */
  #begin = 0
  #end = 0

  constructor(maxFrameBytes: number, broker: string) {
    this.#maxFrameBytes = maxFrameBytes
    this.#broker = broker
  }

  /** Where the next bytes go; one at least. */
  room(): Buffer {
    return this.#buffer.subarray(this.#end)
  }

  /** So many bytes of the room are filled: gives each frame that is whole now, without its size, to `take`. */
  filled(bytes: number, take: (frame: Buffer) => void): void {
    this.#end += bytes
    let needed = this.#neededBytes()
    while (needed <= this.#end - this.#begin) {
      const frame = this.#buffer.subarray(this.#begin + 4, this.#begin + needed)
      this.#begin += needed
      take(frame)
      needed = this.#neededBytes()
    }
    this.#makeRoom(needed)
  }

  /** Bytes of the next frame, with its size; what its size takes, while that is not there. */
  #neededBytes(): number {
    return this.#end - this.#begin < 4 ? 4 : 4 + this.#frameBytes()
  }

  #frameBytes(): number {
    const size = this.#buffer.readInt32BE(this.#begin)
    if (size >= 4 && size <= this.#maxFrameBytes) return size
    const text = this.#buffer.toString('latin1', this.#begin, Math.min(this.#begin + 8, this.#end))
    const stranger = strangers.find(([prefix]) => text.startsWith(prefix))
    const why =
      stranger?.[1] ?? `it sent a frame of ${size} bytes, where ${this.#maxFrameBytes} is the most that is taken`
    const message = `what listens there does not speak Kafka's protocol: ${why}`
    throw new OttlaError('MALFORMED_RESPONSE', { message, broker: this.#broker })
  }

  #makeRoom(neededBytes: number): void {
    const isKnown = neededBytes > 4
    const roomBytes = isKnown ? neededBytes : leastRoomBytes
    if (this.#begin + roomBytes <= this.#buffer.length) return
    // Frames that were cut out are still being read: their buffer is never written again.
    const next = Buffer.allocUnsafeSlow(Math.max(neededBytes, chunkBytes))
    this.#buffer.copy(next, 0, this.#begin, this.#end)
    this.#buffer = next
    this.#end -= this.#begin
    this.#begin = 0
  }
}
