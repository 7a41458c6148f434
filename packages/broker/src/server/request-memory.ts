/** A connection, as far as the memory of requests is concerned. */
export interface RequestHolder {
  /** Bytes received of a frame that is not whole yet. */
  readonly unfinishedBytes: number
  /** Stop or go on receiving. */
  holdBack(held: boolean): void
  /** A request that was not admitted may be now. */
  proceed(): void
}

/**
 * The bytes of all requests that are being received or worked on.
 *
 *   used      everything; above the limit connections are held back
 *   running   what is being worked on; a request that would pass the limit waits, unless nothing else runs
 *
 * Above the limit one connection goes on all the same, the one with an unfinished frame that waits longest, until that
 * frame has begun. Without it, frames that each lack their end could fill the memory and wait for each other for ever.
 * So the limit is passed by at most one request, and one chunk for each connection.
 */
export class RequestMemory {
  private readonly limitBytes: number
  private readonly shortage: () => void
  /** Held back: over the limit, not favoured. */
  private readonly waiting = new Set<RequestHolder>()
  private readonly unadmitted = new Set<RequestHolder>()
  private favoured: RequestHolder | undefined
  private runningBytes = 0
  usedBytes = 0

  /** `shortage` is called when requests wait for memory: what waits for nothing but time should end. */
  constructor(limitBytes: number, shortage: () => void = () => {}) {
    this.limitBytes = limitBytes
    this.shortage = shortage
  }

  /** The connection whose frame has to become whole before others go on. */
  get awaited(): RequestHolder | undefined {
    return this.favoured
  }

  /** `bytes` more (or, negative, fewer) are held for a connection. */
  change(holder: RequestHolder, bytes: number): void {
    const wasShort = this.usedBytes > this.limitBytes
    this.usedBytes += bytes
    if (this.usedBytes <= this.limitBytes) {
      this.releaseAll()
      return
    }
    if (bytes > 0 && holder !== this.favoured) {
      this.waiting.add(holder)
      holder.holdBack(true)
    }
    this.favourNext()
    if (!wasShort) this.shortage()
  }

  /** May a request begin? If so, `finish` has to follow. If not, the connection is told to proceed later. */
  admit(holder: RequestHolder, bytes: number): boolean {
    if (this.runningBytes > 0 && this.runningBytes + bytes > this.limitBytes) {
      this.unadmitted.add(holder)
      this.shortage()
      return false
    }
    this.unadmitted.delete(holder)
    if (holder === this.favoured) this.favoured = undefined
    this.runningBytes += bytes
    return true
  }

  /** A request that runs takes more than was known before. */
  grow(bytes: number): void {
    this.runningBytes += bytes
  }

  finish(bytes: number): void {
    this.runningBytes -= bytes
    if (this.unadmitted.size === 0) return
    const retrying = [...this.unadmitted]
    this.unadmitted.clear()
    for (const holder of retrying) holder.proceed()
  }

  /** The connection is gone; its bytes were given back with `change`. */
  forget(holder: RequestHolder): void {
    this.waiting.delete(holder)
    this.unadmitted.delete(holder)
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
      holder.holdBack(false)
      return
    }
  }
}
