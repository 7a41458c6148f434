import { ErrorCode, PackedBatch, RecordCursor } from '@ottla/protocol'

interface WrittenBatch {
  readonly firstSequence: number
  readonly lastSequence: number
  readonly baseOffset: number
}

interface ProducerState {
  epoch: number
  lastSequence: number
  /** The last five, in which a repetition is found. */
  recent: WrittenBatch[]
}

/** One transaction of a producer: what readers of `read_committed` see of its records. */
export interface FakeTransaction {
  outcome: 'open' | 'committed' | 'aborted'
}

export interface FakeRecord {
  readonly key: string
  readonly value: string
  readonly transaction?: FakeTransaction
}

const sequences = 2 ** 31

/** The log of one partition, with Kafka's rules for idempotent producers. */
export class FakeLog {
  readonly records: FakeRecord[] = []
  readonly batches: Buffer[] = []
  maxBatchBytes = 1_048_588
  readonly #producers = new Map<number, ProducerState>()

  append(bytes: Buffer, transaction?: FakeTransaction): { errorCode: number; baseOffset: number } {
    const batch = new PackedBatch(bytes)
    if (!batch.intact) return { errorCode: ErrorCode.CORRUPT_MESSAGE, baseOffset: -1 }
    if (bytes.length > this.maxBatchBytes) return { errorCode: ErrorCode.MESSAGE_TOO_LARGE, baseOffset: -1 }
    if (!batch.hasProducer) return { errorCode: 0, baseOffset: this.#write(batch) }
    return this.#appendOnce(batch, transaction)
  }

  /** The marker at a transaction's end: what an older epoch sends is refused from here on. */
  endTransaction(producerId: number, epoch: number): void {
    const known = this.#producers.get(producerId)
    if (known === undefined || known.epoch < epoch)
      this.#producers.set(producerId, { epoch, lastSequence: -1, recent: [] })
  }

  /** As when the broker loses what it had: nobody knows the producer any more. */
  forgetProducers(): void {
    this.#producers.clear()
  }

  #appendOnce(batch: PackedBatch, transaction?: FakeTransaction): { errorCode: number; baseOffset: number } {
    const { producerId, producerEpoch, baseSequence, lastSequence } = batch
    const known = this.#producers.get(producerId)
    if (known !== undefined && producerEpoch < known.epoch)
      return { errorCode: ErrorCode.INVALID_PRODUCER_EPOCH, baseOffset: -1 }
    const isNewEpoch = known === undefined || producerEpoch > known.epoch
    const repeated = isNewEpoch
      ? undefined
      : known.recent.find((each) => each.firstSequence === baseSequence && each.lastSequence === lastSequence)
    if (repeated !== undefined) return { errorCode: 0, baseOffset: repeated.baseOffset }
    const isNext = isNewEpoch
      ? known === undefined || baseSequence === 0
      : baseSequence === (known.lastSequence + 1) % sequences
    if (!isNext) return { errorCode: ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER, baseOffset: -1 }
    const baseOffset = this.#write(batch, transaction)
    const recent = [...(isNewEpoch ? [] : known.recent), { firstSequence: baseSequence, lastSequence, baseOffset }]
    this.#producers.set(producerId, { epoch: producerEpoch, lastSequence, recent: recent.slice(-5) })
    return { errorCode: 0, baseOffset }
  }

  #write(batch: PackedBatch, transaction?: FakeTransaction): number {
    const baseOffset = this.records.length
    this.batches.push(batch.bytes)
    const cursor = new RecordCursor(batch, batch.recordBytes)
    while (cursor.next()) {
      const record = { key: String(cursor.key ?? ''), value: String(cursor.value ?? '') }
      this.records.push(transaction === undefined ? record : { ...record, transaction })
    }
    return baseOffset
  }
}
