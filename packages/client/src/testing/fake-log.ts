import { ErrorCode, PackedBatch, packEndMarker, RecordCursor } from '@ottla/protocol'

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

/** A transaction in one partition, from its first record to its marker. */
interface TransactionRange {
  readonly transaction: FakeTransaction
  readonly producerId: number
  readonly firstOffset: number
  /** -1: not there yet. */
  markerOffset: number
}

export interface FakeRecord {
  readonly key: string
  readonly value: string
  readonly transaction?: FakeTransaction
  /** The end of a transaction, which nobody sees. */
  readonly isMarker?: true
}

const sequences = 2 ** 31

/** The log of one partition, with Kafka's rules for idempotent producers. */
export class FakeLog {
  readonly records: FakeRecord[] = []
  readonly batches: Buffer[] = []
  /** Of each batch. */
  readonly baseOffsets: number[] = []
  maxBatchBytes = 1_048_588
  readonly #producers = new Map<number, ProducerState>()
  #transactions: TransactionRange[] = []

  append(bytes: Buffer, transaction?: FakeTransaction): { errorCode: number; baseOffset: number } {
    const batch = new PackedBatch(bytes)
    if (!batch.intact) return { errorCode: ErrorCode.CORRUPT_MESSAGE, baseOffset: -1 }
    if (bytes.length > this.maxBatchBytes) return { errorCode: ErrorCode.MESSAGE_TOO_LARGE, baseOffset: -1 }
    if (!batch.hasProducer) return { errorCode: 0, baseOffset: this.#write(batch) }
    return this.#appendOnce(batch, transaction)
  }

  /** The number of the batch that has the offset. */
  batchAt(offset: number): number {
    let [low, high] = [0, this.baseOffsets.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.baseOffsets[middle]! <= offset) low = middle + 1
      else high = middle
    }
    return Math.max(0, low - 1)
  }

  /** Readers of `read_committed` get no further than this. */
  get lastStableOffset(): number {
    const open = this.#transactions.filter(({ markerOffset }) => markerOffset < 0)
    return Math.min(this.records.length, ...open.map(({ firstOffset }) => firstOffset))
  }

  /** What a reader of `read_committed` has to know of offsets from one to before another. */
  abortedBetween(fromOffset: number, toOffset: number) {
    return this.#transactions
      .filter(({ transaction, markerOffset }) => transaction.outcome === 'aborted' && markerOffset >= fromOffset)
      .filter(({ firstOffset }) => firstOffset < toOffset)
      .map(({ producerId, firstOffset }) => ({ producerId, firstOffset }))
  }

  /** Writes the marker at a transaction's end: what an older epoch sends is refused from here on. */
  endTransaction(producerId: number, epoch: number): void {
    const known = this.#producers.get(producerId)
    if (known === undefined || known.epoch < epoch)
      this.#producers.set(producerId, { epoch, lastSequence: -1, recent: [] })
    const ended = this.#transactions.find((each) => each.producerId === producerId && each.markerOffset < 0)
    if (ended === undefined) return
    ended.markerOffset = this.records.length
    const result = ended.transaction.outcome === 'committed' ? 'commit' : 'abort'
    const marker = { result, producerId, producerEpoch: epoch, coordinatorEpoch: 0, timestamp: 1 } as const
    this.baseOffsets.push(ended.markerOffset)
    this.batches.push(packEndMarker(marker, ended.markerOffset).bytes)
    this.records.push({ key: '', value: '', isMarker: true })
  }

  /** Loses all from this batch on, as under a leader that was elected without it. */
  cutBatches(count: number): void {
    this.records.length = this.baseOffsets[count] ?? this.records.length
    this.batches.length = count
    this.baseOffsets.length = count
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
    this.baseOffsets.push(baseOffset)
    if (transaction !== undefined) this.#begin(transaction, batch.producerId)
    const cursor = new RecordCursor(batch, batch.recordBytes)
    while (cursor.next()) {
      const record = { key: String(cursor.key ?? ''), value: String(cursor.value ?? '') }
      this.records.push(transaction === undefined ? record : { ...record, transaction })
    }
    return baseOffset
  }

  #begin(transaction: FakeTransaction, producerId: number): void {
    if (this.#transactions.some((each) => each.transaction === transaction)) return
    this.#transactions.push({ transaction, producerId, firstOffset: this.records.length, markerOffset: -1 })
  }
}
