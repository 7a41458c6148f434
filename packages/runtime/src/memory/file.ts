import type { File } from '../files.ts'

const chunkBytes = 64 * 1024

/** A file in pieces of one size, so that it grows without being moved. */
export class MemoryFile implements File {
  readonly #chunks: Buffer[] = []
  size = 0

  async read(position: number, length: number): Promise<Buffer> {
    const end = Math.min(this.size, position + length)
    const bytes = Buffer.allocUnsafeSlow(Math.max(0, end - position))
    for (let at = position; at < end; ) {
      const within = at % chunkBytes
      const chunk = this.#chunks[Math.floor(at / chunkBytes)]!
      at += chunk.copy(bytes, at - position, within, Math.min(chunkBytes, within + end - at))
    }
    return bytes
  }

  async write(position: number, buffers: readonly Uint8Array[]): Promise<void> {
    for (const buffer of buffers) {
      this.#put(position, buffer)
      position += buffer.length
    }
  }

  #put(position: number, bytes: Uint8Array): void {
    this.#grow(position + bytes.length)
    for (let from = 0; from < bytes.length; ) {
      const at = position + from
      const within = at % chunkBytes
      const count = Math.min(chunkBytes - within, bytes.length - from)
      this.#chunks[Math.floor(at / chunkBytes)]!.set(bytes.subarray(from, from + count), within)
      from += count
    }
  }

  #grow(size: number): void {
    if (size <= this.size) return
    while (this.#chunks.length * chunkBytes < size) this.#chunks.push(Buffer.alloc(chunkBytes))
    this.size = size
  }

  async sync(): Promise<void> {}

  async truncate(size: number): Promise<void> {
    this.#grow(size)
    this.size = size
    this.#chunks.length = Math.ceil(size / chunkBytes)
    // What comes back when the file grows again is zeros.
    this.#chunks[this.#chunks.length - 1]?.fill(0, size % chunkBytes || chunkBytes)
  }

  async close(): Promise<void> {}
}
