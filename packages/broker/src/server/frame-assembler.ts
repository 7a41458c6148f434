import { MalformedFrame } from './malformed-frame.ts'

const prefixBytes = 4
/** A frame's buffer starts no larger than this and grows with what arrives: a size prefix alone reserves little. */
const firstAllocationBytes = 256 * 1024

/**
 * Cuts a connection's bytes into frames (int32 size, then that many bytes).
 *
 *   chunks   | size frame size fra | me size frame |
 *              in place        `partial`: copied once, into a buffer of its own
 *
 * A frame that lies whole in a chunk is a slice of it. The slices are given away (storage keeps those of Produce), so a
 * frame that would keep a much larger chunk alive is copied out.
 */
export class FrameAssembler {
  private readonly maxFrameBytes: number
  private readonly chunks: Buffer[] = []
  private position = 0
  private partial: Buffer | undefined
  private partialSize = 0
  private partialFilled = 0
  /** Bytes that were pushed and are not part of a frame that was taken. */
  heldBytes = 0
  framesTaken = 0

  constructor(maxFrameBytes: number) {
    this.maxFrameBytes = maxFrameBytes
  }

  /** Bytes of chunks that no frame has been made of yet. */
  get backlogBytes(): number {
    return this.heldBytes - this.partialFilled
  }

  push(chunk: Buffer): void {
    this.chunks.push(chunk)
    this.heldBytes += chunk.length
  }

  /** The next whole frame without its size, or undefined: more bytes have to come. */
  take(): Buffer | undefined {
    if (this.partial === undefined) {
      if (this.backlogBytes < prefixBytes) return undefined
      const frame = this.begin(this.readSize())
      if (frame !== undefined) return frame
    }
    return this.fill()
  }

  private readSize(): number {
    const head = this.chunks[0]!
    let size: number
    if (head.length - this.position >= prefixBytes) {
      size = head.readInt32BE(this.position)
      this.skip(prefixBytes)
    } else {
      const prefix = Buffer.allocUnsafe(prefixBytes)
      this.copyTo(prefix, 0, prefixBytes)
      size = prefix.readInt32BE(0)
    }
    this.heldBytes -= prefixBytes
    if (size < 0 || size > this.maxFrameBytes) throw new MalformedFrame(size, this.maxFrameBytes)
    return size
  }

  private begin(size: number): Buffer | undefined {
    const head = this.chunks[0]
    if (head !== undefined && head.length - this.position >= size) {
      const slice = head.subarray(this.position, this.position + size)
      this.skip(size)
      this.heldBytes -= size
      this.framesTaken++
      return size * 2 < head.length ? Buffer.from(slice) : slice
    }
    this.partialSize = size
    this.partialFilled = 0
    this.partial = Buffer.allocUnsafeSlow(Math.min(size, firstAllocationBytes))
    return undefined
  }

  private fill(): Buffer | undefined {
    while (this.partialFilled < this.partialSize) {
      if (this.chunks.length === 0) return undefined
      if (this.partialFilled === this.partial!.length) this.grow()
      const wanted = Math.min(this.partial!.length - this.partialFilled, this.backlogBytes)
      this.copyTo(this.partial!, this.partialFilled, wanted)
      this.partialFilled += wanted
    }
    const frame = this.partial!
    this.partial = undefined
    this.partialFilled = 0
    this.heldBytes -= frame.length
    this.framesTaken++
    return frame
  }

  private grow(): void {
    const larger = Buffer.allocUnsafeSlow(Math.min(this.partialSize, this.partial!.length * 2))
    this.partial!.copy(larger, 0, 0, this.partialFilled)
    this.partial = larger
  }

  private copyTo(target: Buffer, from: number, count: number): void {
    let copied = 0
    while (copied < count) {
      const head = this.chunks[0]!
      const end = Math.min(head.length, this.position + count - copied)
      copied += head.copy(target, from + copied, this.position, end)
      this.skip(end - this.position)
    }
  }

  private skip(count: number): void {
    this.position += count
    if (this.position < this.chunks[0]!.length) return
    this.chunks.shift()
    this.position = 0
  }
}
