import type { OttlaError } from '../ottla-error.ts'
import type { ProducerBatch } from './producer-batch.ts'

/** Who a producer is to the brokers. A new object stands for a new beginning: sequences start at 0. */
export interface ProducerIdentity {
  readonly producerId: number
  readonly producerEpoch: number
}

const sequences = 2 ** 31
const lastEpoch = 32_767

/**
 * The batches of one partition, in order:
 *
 *     outstanding [ seq 0 | seq 10 | seq 35 ]     full [ b | b ]     open b
 *                   sent at least once                  not yet         takes records
 *
 * Up to `maxInFlight` are in flight at once, counted from the oldest that has not settled: brokers know the last five
 * batches of a producer, and recognize a repetition only among them. After a failure they are sent again one by one, the oldest first: the broker
 * takes them only in the order of their sequences, and one that it had written already it answers as a success.
 *
 * When the oldest is OUT_OF_ORDER, it was certainly not written, nor anything after it. If a batch before it was given up
 * (`hasGap`), that is why: under a new epoch the sequences start anew, and nothing is lost or written twice. Epochs are
 * counted for each partition by itself, since brokers compare them only there (KIP-360); those of transactions come from
 * the coordinator instead.
 */
export class PartitionQueue {
  readonly topic: string
  readonly partition: number
  open: ProducerBatch | undefined
  /** The open batch may go too. */
  isDue = false
  /** Batches larger than this the broker has refused. */
  batchBytesMost = Infinity
  #outstanding: ProducerBatch[] = []
  #full: ProducerBatch[] = []
  #identity: ProducerIdentity | undefined
  #epoch = -1
  #nextSequence = 0
  #hasGap = false
  #needsNewEpoch = false
  /**
   * The partition's leader has taken a batch of this producer. A broker that does not know a producer takes any sequence
   * from it: were two batches under way, and the first one lost, the second would be written without it.
   */
  #isIntroduced = true

  constructor(topic: string, partition: number) {
    this.topic = topic
    this.partition = partition
  }

  get isEmpty(): boolean {
    return this.open === undefined && this.#full.length === 0 && this.#outstanding.length === 0
  }

  get hasOutstanding(): boolean {
    return this.#outstanding.length > 0
  }

  /** Something could be sent, if not now, then after a pause or an answer. */
  get hasWork(): boolean {
    return (
      this.#full.length > 0 ||
      (this.isDue && this.open !== undefined) ||
      this.#outstanding.some((batch) => batch.state === 'waiting')
    )
  }

  /** Every batch that has not settled. */
  batches(): ProducerBatch[] {
    const all = [...this.#outstanding, ...this.#full, ...(this.open === undefined ? [] : [this.open])]
    return all.filter((batch) => batch.state !== 'settled')
  }

  /** The open batch takes no more. */
  closeOpen(): void {
    if (this.open === undefined) return
    this.open.state = 'waiting'
    this.#full.push(this.open)
    this.open = undefined
    this.isDue = false
  }

  /** The batch that may be sent now, or undefined. */
  next(nowMs: number, maxInFlight: number): ProducerBatch | undefined {
    if (this.#needsNewEpoch) return undefined
    const oldest = this.#outstanding[0]
    if (oldest?.state === 'waiting') return oldest.notBeforeMs <= nowMs ? oldest : undefined
    if (this.#outstanding.length >= (this.#isIntroduced ? maxInFlight : 1)) return undefined
    if (this.#outstanding.some((batch) => batch.state === 'waiting')) return undefined
    if (this.#full.length === 0 && this.isDue) this.closeOpen()
    return this.#full[0]
  }

  /** When `next` should be asked again, though nothing else happens. */
  get retryAtMs(): number | undefined {
    const oldest = this.#outstanding[0]
    return oldest?.state === 'waiting' ? oldest.notBeforeMs : undefined
  }

  /** The identity that new batches would get differs, and must wait until the old ones are through. */
  mustWaitFor(identity: ProducerIdentity | undefined): boolean {
    return identity !== this.#identity && this.#outstanding.some((batch) => batch.state === 'inFlight')
  }

  /** Takes what `next` gave; stamps it, if the producer is idempotent. */
  take(batch: ProducerBatch, identity: ProducerIdentity | undefined): void {
    if (identity !== this.#identity) this.#begin(identity)
    if (batch === this.#full[0]) {
      this.#full.shift()
      this.#outstanding.push(batch)
      this.#stamp(batch)
    }
    batch.state = 'inFlight'
    batch.attempts++
    batch.wasSentAsOldest = batch === this.#outstanding[0]
  }

  /** To be called when a batch has been delivered. It keeps its place until those before it have settled, too. */
  delivered(): void {
    this.#isIntroduced = true
    this.#passSettled()
  }

  retry(batch: ProducerBatch, error: OttlaError, notBeforeMs: number): void {
    batch.state = 'waiting'
    batch.lastError = error
    batch.notBeforeMs = notBeforeMs
    this.#renewEpochWhenIdle()
  }

  /** To be called when a batch has been given up. Whether the broker has it may be unknown. */
  gaveUp(batch: ProducerBatch): void {
    if (this.open === batch) this.open = undefined
    this.#full = this.#full.filter((each) => each !== batch)
    this.#passSettled()
    this.#renewEpochWhenIdle()
  }

  /** Sequences before the oldest batch are missing in the log because this producer gave up on them. */
  get hasGap(): boolean {
    return this.#hasGap
  }

  /** False: the epochs are used up, and a new producer id is needed. */
  startNewEpoch(): boolean {
    if (this.#epoch >= lastEpoch) return false
    this.#needsNewEpoch = true
    this.#renewEpochWhenIdle()
    return true
  }

  /** Puts smaller batches in the place of one that was too large; they share its sequences. */
  replace(batch: ProducerBatch, parts: readonly ProducerBatch[]): void {
    let { baseSequence } = batch.stamp
    for (const part of parts) {
      part.state = 'waiting'
      part.attempts = batch.attempts
      if (!batch.hasSequence) continue
      part.setStamp({ ...batch.stamp, baseSequence })
      baseSequence = (baseSequence + part.count) % sequences
    }
    this.#outstanding.splice(this.#outstanding.indexOf(batch), 1, ...parts)
    this.batchBytesMost = Math.min(this.batchBytesMost, Math.max(1024, Math.floor(batch.records.bytes / 2)))
  }

  #begin(identity: ProducerIdentity | undefined): void {
    this.#identity = identity
    this.#epoch = identity?.producerEpoch ?? -1
    this.#nextSequence = 0
    this.#hasGap = false
    this.#isIntroduced = identity === undefined
    this.#stampAgain()
  }

  #stampAgain(): void {
    this.#outstanding = this.#outstanding.filter((batch) => batch.state !== 'settled')
    for (const batch of this.#outstanding) this.#stamp(batch)
  }

  #stamp(batch: ProducerBatch): void {
    if (this.#identity === undefined) return
    batch.setStamp({
      producerId: this.#identity.producerId,
      producerEpoch: this.#epoch,
      baseSequence: this.#nextSequence,
    })
    this.#nextSequence = (this.#nextSequence + batch.count) % sequences
  }

  #renewEpochWhenIdle(): void {
    if (!this.#needsNewEpoch || this.#outstanding.some((batch) => batch.state === 'inFlight')) return
    this.#needsNewEpoch = false
    this.#epoch++
    this.#nextSequence = 0
    this.#hasGap = false
    this.#isIntroduced = false
    this.#stampAgain()
  }

  #passSettled(): void {
    while (this.#outstanding[0]?.state === 'settled') {
      const batch = this.#outstanding.shift()!
      this.#hasGap = batch.hasSequence && !batch.isDelivered
    }
  }
}
