/** A connection, as far as the memory of requests is concerned. */
export interface RequestHolder {
  /** Bytes received of a frame that is not whole yet. */
  readonly unfinishedBytes: number
  /** Counts up with each whole frame. */
  readonly framesTaken: number
  /** Stop or go on receiving. */
  holdBack(held: boolean): void
}

/**
 * The bytes of all requests that are being received or worked on.
 *
 * Above the limit every connection that receives more is held back, but for one, the one with an unfinished frame that
 * waits longest: it may go on until that frame is whole. Without it, frames that each lack their end could fill the
 * memory and wait for each other for ever. So the limit is passed by at most one frame, and a chunk for each connection.
 */
export class RequestMemory {
  private readonly limitBytes: number
  private readonly waiting = new Set<RequestHolder>()
  private favoured: RequestHolder | undefined
  private favouredUntilFrame = 0
  usedBytes = 0

  constructor(limitBytes: number) {
    this.limitBytes = limitBytes
  }

  /** The connection whose frame has to become whole before others go on. */
  get awaited(): RequestHolder | undefined {
    return this.favoured
  }

  /** `bytes` more (or, negative, fewer) are held for a connection. */
  change(holder: RequestHolder, bytes: number): void {
    this.usedBytes += bytes
    if (this.usedBytes <= this.limitBytes) {
      this.releaseAll()
      return
    }
    if (holder === this.favoured && holder.framesTaken >= this.favouredUntilFrame) this.favoured = undefined
    if (bytes > 0 && holder !== this.favoured) {
      this.waiting.add(holder)
      holder.holdBack(true)
    }
    this.favourNext()
  }

  /** The connection is gone; its bytes were given back with `change`. */
  forget(holder: RequestHolder): void {
    this.waiting.delete(holder)
    if (holder !== this.favoured) return
    this.favoured = undefined
    if (this.usedBytes > this.limitBytes) this.favourNext()
  }

  private releaseAll(): void {
    this.favoured = undefined
    if (this.waiting.size === 0) return
    const released = [...this.waiting]
    this.waiting.clear()
    for (const holder of released) holder.holdBack(false)
  }

  private favourNext(): void {
    if (this.favoured !== undefined) return
    for (const holder of this.waiting) {
      if (holder.unfinishedBytes === 0) continue
      this.waiting.delete(holder)
      this.favoured = holder
      this.favouredUntilFrame = holder.framesTaken + 1
      holder.holdBack(false)
      return
    }
  }
}
