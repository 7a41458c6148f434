/** Bytes set aside for one answer, until its client has taken them. */
export interface Reservation {
  readonly bytes: number
  /** The answer turned out to have this size. */
  resize(bytes: number): void
  /** Idempotent. */
  release(): void
}

/** Who waits for room to begin with something. */
export interface RoomSeeker {
  proceed(): void
}

interface Waiter {
  readonly wantedBytes: number
  readonly minimumBytes: number
  readonly grant: (reservation: Reservation) => void
}

/**
 * The bytes of all answers that wait for their clients to read them.
 *
 * A fetch asks before it reads. It gets at most a quarter of what is left, so that consumers that do not read take
 * smaller and smaller shares and never all; when too little is left it waits for another's answer to be taken. Their
 * first batches come whole, though, and may take more than their shares: a quarter of the limit is for all other answers
 * whatever fetches hold, so that nobody waits for metadata until a consumer that does not read is cut off.
 */
export class ResponseMemory {
  private readonly limitBytes: number
  private readonly waiters = new Set<Waiter>()
  private readonly seekers = new Set<RoomSeeker>()
  usedBytes = 0
  /** Of them, those that fetches have set aside. */
  private fetchedBytes = 0

  constructor(limitBytes: number) {
    this.limitBytes = limitBytes
  }

  /** At once, where there is room: a fetch that finds data in memory is then answered in the same turn. */
  tryReserve(wantedBytes: number, minimumBytes: number): Reservation | undefined {
    const shareBytes = Math.max(0, Math.floor((this.limitBytes - this.usedBytes) / 4))
    if (shareBytes < Math.min(wantedBytes, minimumBytes)) return undefined
    const reservation = new Held((moreBytes) => {
      this.fetchedBytes += moreBytes
      this.changed(moreBytes)
    })
    reservation.resize(Math.min(wantedBytes, shareBytes))
    return reservation
  }

  /** May an answer that is no fetch's be made? If not, the seeker is told to proceed later. */
  hasRoom(seeker: RoomSeeker): boolean {
    if (this.isOpen) return true
    this.seekers.add(seeker)
    return false
  }

  private get isOpen(): boolean {
    return this.usedBytes < this.limitBytes || this.usedBytes - this.fetchedBytes < this.limitBytes / 4
  }

  forget(seeker: RoomSeeker): void {
    this.seekers.delete(seeker)
  }

  /** `cancelled` is given a function that ends the waiting: its connection is gone. */
  reserve(
    wantedBytes: number,
    minimumBytes: number,
    cancelled: (cancel: () => void) => void,
  ): Promise<Reservation | undefined> {
    return new Promise((resolve) => {
      const waiter: Waiter = { wantedBytes, minimumBytes, grant: resolve }
      this.waiters.add(waiter)
      cancelled(() => {
        if (this.waiters.delete(waiter)) resolve(undefined)
      })
    })
  }

  /** For an answer that is there already, whatever the limit says. */
  take(bytes: number): Reservation {
    const reservation = new Held((moreBytes) => this.changed(moreBytes))
    reservation.resize(bytes)
    return reservation
  }

  private changed(moreBytes: number): void {
    this.usedBytes += moreBytes
    if (moreBytes < 0) this.grantNext()
  }

  private grantNext(): void {
    for (const waiter of this.waiters) {
      const reservation = this.tryReserve(waiter.wantedBytes, waiter.minimumBytes)
      if (reservation === undefined) break
      this.waiters.delete(waiter)
      waiter.grant(reservation)
    }
    this.tellSeekers()
  }

  private tellSeekers(): void {
    for (const seeker of this.seekers) {
      if (!this.isOpen) return
      this.seekers.delete(seeker)
      seeker.proceed()
    }
  }
}

class Held implements Reservation {
  bytes = 0
  private readonly changed: (moreBytes: number) => void
  private released = false

  constructor(changed: (moreBytes: number) => void) {
    this.changed = changed
  }

  resize(bytes: number): void {
    if (!this.released) this.hold(bytes)
  }

  release(): void {
    this.released = true
    this.hold(0)
  }

  private hold(bytes: number): void {
    const moreBytes = bytes - this.bytes
    this.bytes = bytes
    if (moreBytes !== 0) this.changed(moreBytes)
  }
}
