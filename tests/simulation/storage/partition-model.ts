import assert from 'node:assert/strict'

export interface SeenRecord {
  readonly offset: number
  readonly value: string
  readonly timestamp: number
}

/** A batch that was sent, whether or not it was acknowledged. */
export interface SentBatch {
  readonly order: number
  readonly values: readonly string[]
  readonly timestamps: readonly number[]
}

/**
 * What must be true of a partition, from what its clients have sent, been told and seen:
 *
 *  - an acknowledged record is at its offset, in every later life of the storage
 *  - what was seen at an offset stays so
 *  - a record lies at one offset only, and was sent
 *  - batches of one process are in the order in which they were sent
 *  - offsets, and the log start, never go back
 */
export class PartitionModel {
  readonly name: string
  /** Records whose offset is known: acknowledged, or seen. */
  readonly #known = new Map<number, string>()
  readonly #offsets = new Map<string, number>()
  readonly #sent = new Map<string, number>()
  #lastAcked = { order: -1, offset: -1 }
  #highWatermark = 0
  #logStart = 0
  /** The log start is not beyond this. */
  deletedBefore = 0

  constructor(name: string) {
    this.name = name
  }

  send(batch: SentBatch): void {
    for (const [i, value] of batch.values.entries()) this.#sent.set(value, batch.timestamps[i]!)
  }

  /** An answer to a batch. A repetition is answered late, so its order says nothing. */
  acknowledge(batch: SentBatch, baseOffset: number, isRepetition: boolean): void {
    for (const [i, value] of batch.values.entries()) this.#place(baseOffset + i, value)
    this.#highWatermark = Math.max(this.#highWatermark, baseOffset + batch.values.length)
    if (isRepetition) return
    if (batch.order > this.#lastAcked.order) {
      assert.ok(
        baseOffset > this.#lastAcked.offset,
        `${this.name}: batch ${batch.order} got offset ${baseOffset}, but an earlier one has ${this.#lastAcked.offset}`,
      )
      this.#lastAcked = { order: batch.order, offset: baseOffset }
    }
  }

  see(records: readonly SeenRecord[], highWatermark: number): void {
    for (const { offset, value, timestamp } of records) {
      assert.ok(offset < highWatermark, `${this.name}: offset ${offset} was shown before it was durable`)
      assert.equal(
        this.#sent.get(value),
        timestamp,
        `${this.name}: offset ${offset} holds ${value}, which was not sent`,
      )
      this.#place(offset, value)
    }
  }

  seeBounds(logStart: number, highWatermark: number): void {
    assert.ok(
      highWatermark >= this.#highWatermark,
      `${this.name}: the high watermark went back from ${this.#highWatermark} to ${highWatermark}`,
    )
    assert.ok(logStart >= this.#logStart, `${this.name}: the log start went back from ${this.#logStart} to ${logStart}`)
    assert.ok(
      logStart <= this.deletedBefore,
      `${this.name}: the log start is ${logStart}, but nothing beyond ${this.deletedBefore} was deleted`,
    )
    this.#highWatermark = highWatermark
    this.#logStart = logStart
  }

  /** All that lies between the bounds. */
  seeAll(records: readonly SeenRecord[], logStart: number, highWatermark: number): void {
    this.seeBounds(logStart, highWatermark)
    assert.equal(records.length, highWatermark - logStart, `${this.name}: records are missing`)
    this.see(records, highWatermark)
    for (const [offset, value] of this.#known)
      if (offset >= logStart)
        assert.equal(records[offset - logStart]?.value, value, `${this.name}: offset ${offset} is not what it was`)
  }

  /** Under flush.policy=os a power loss may take the end away. What is left must be what it was. */
  loseEnd(highWatermark: number): void {
    for (const [offset, value] of this.#known)
      if (offset >= highWatermark) {
        this.#known.delete(offset)
        this.#offsets.delete(value)
      }
    this.#highWatermark = Math.min(this.#highWatermark, highWatermark)
    this.#logStart = 0
  }

  /** The order in which a process sent says nothing about the next one. */
  beginProcess(): void {
    this.#lastAcked = { order: -1, offset: -1 }
  }

  #place(offset: number, value: string): void {
    const there = this.#known.get(offset)
    assert.ok(there === undefined || there === value, `${this.name}: offset ${offset} held ${there}, now ${value}`)
    const elsewhere = this.#offsets.get(value)
    assert.ok(
      elsewhere === undefined || elsewhere === offset,
      `${this.name}: ${value} is at offset ${offset}, and at ${elsewhere} too`,
    )
    this.#known.set(offset, value)
    this.#offsets.set(value, offset)
  }
}
