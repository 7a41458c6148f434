const pooledBytesMost = 8 * 1024 * 1024

/** Buffers of batches that have been sent, for the next ones: memory that is warm costs half of what fresh memory does. */
export class BufferPool {
  #buffers: Buffer[] = []
  #bytes = 0

  take(): Buffer | undefined {
    const buffer = this.#buffers.pop()
    if (buffer !== undefined) this.#bytes -= buffer.length
    return buffer
  }

  /** Nobody may hold a view of it any more. */
  give(buffer: Buffer): void {
    if (this.#bytes + buffer.length > pooledBytesMost) return
    this.#buffers.push(buffer)
    this.#bytes += buffer.length
  }
}
