/**
 * How far a partition has been processed, when records finish in any order. Only what lies before the first unfinished
 * record may be committed.
 *
 *     offsets    7     8     9     10
 *               done  busy  done  busy        processed: 8 (the next offset that is still to be done)
 */
export class OffsetProgress {
  #processed: number
  #unfinished: PendingOffset[] = []
  // The front of a long queue is not cut off each time, but when half of it is done.
  #head = 0

  constructor(offset: number) {
    this.#processed = offset
  }

  /** Everything below it has been processed. */
  get processed(): number {
    return this.#processed
  }

  get unfinishedCount(): number {
    return this.#unfinished.length - this.#head
  }

  /** Work has begun on the record before `nextOffset`. Called in the order of offsets. */
  begin(nextOffset: number): PendingOffset {
    const pending = { nextOffset, isDone: false }
    this.#unfinished.push(pending)
    return pending
  }

  done(pending: PendingOffset): void {
    pending.isDone = true
    while (this.#unfinished[this.#head]?.isDone === true) this.reach(this.#unfinished[this.#head++]!.nextOffset)
    if (this.#head === this.#unfinished.length) this.#unfinished.length = 0
    else if (this.#head * 2 > this.#unfinished.length) this.#unfinished = this.#unfinished.slice(this.#head)
    else return
    this.#head = 0
  }

  /** All before `offset` has been processed, one after the other. */
  advance(offset: number): void {
    this.#processed = offset
  }

  /** The same, where more may have been processed already. */
  reach(offset: number): void {
    if (offset > this.#processed) this.#processed = offset
  }
}

export interface PendingOffset {
  readonly nextOffset: number
  isDone: boolean
}
