import { Reader } from '../codec/reader.ts'
import { KafkaError } from '../errors.ts'
import type { PackedBatch } from './packed-batch.ts'

/** A header of a record. */
export interface RecordHeader {
  readonly key: string
  readonly value: Buffer | null
}

/**
 * Goes over the records of a batch one by one, without allocating for any of them: key, value and headers are cut out
 * when they are asked for, as views.
 *
 *     varint length | int8 attributes | varlong timestamp delta | varint offset delta
 *     | varint key length | key | varint value length | value | varint headers | (key | value)…
 *
 * Throws KafkaError INVALID_RECORD for records that are not what the batch says.
 */
export class RecordCursor {
  offset = -1
  timestamp = -1
  /** -1: null. */
  keyBytes = -1
  valueBytes = -1
  headersCount = 0
  /** Bytes of the record, its length field included. */
  sizeBytes = 0
  readonly #reader: Reader
  readonly #baseOffset: number
  readonly #baseTimestamp: number
  readonly #logAppendTime: number | undefined
  #left: number
  #keyAt = 0
  #valueAt = 0
  #headersAt = 0

  /** `records` are those of the batch, unpacked. */
  constructor(batch: PackedBatch, records: Buffer) {
    this.#reader = new Reader(records)
    this.#baseOffset = batch.baseOffset
    this.#baseTimestamp = batch.baseTimestamp
    this.#logAppendTime = batch.timestampType === 'LogAppendTime' ? batch.maxTimestamp : undefined
    this.#left = batch.recordsCount
    if (this.#left < 0) throw new KafkaError('INVALID_RECORD', `a batch of ${this.#left} records`)
  }

  /** Moves to the next record; false after the last. */
  next(): boolean {
    if (this.#left === 0) {
      if (this.#reader.remaining > 0) throw new KafkaError('INVALID_RECORD', 'a batch has more records than it says')
      return false
    }
    this.#left--
    try {
      this.#readRecord()
    } catch (cause) {
      throw new KafkaError('INVALID_RECORD', `a record is ${(cause as Error).message}`, { cause })
    }
    return true
  }

  get key(): Buffer | null {
    return this.#view(this.#keyAt, this.keyBytes)
  }

  get value(): Buffer | null {
    return this.#view(this.#valueAt, this.valueBytes)
  }

  get headers(): RecordHeader[] {
    const reader = new Reader(this.#reader.buf)
    reader.pos = this.#headersAt
    return Array.from({ length: this.headersCount }, () => {
      const key = reader.utf8(reader.varint())
      const valueBytes = reader.varint()
      return { key, value: valueBytes < 0 ? null : reader.raw(valueBytes) }
    })
  }

  #readRecord(): void {
    const reader = this.#reader
    const begin = reader.pos
    const bytes = reader.varint()
    const end = reader.pos + bytes
    reader.skip(1)
    const timestampDelta = reader.varlong()
    this.timestamp = this.#logAppendTime ?? this.#baseTimestamp + timestampDelta
    this.offset = this.#baseOffset + reader.varint()
    this.keyBytes = reader.varint()
    this.#keyAt = this.keyBytes < 0 ? reader.pos : reader.skip(this.keyBytes)
    this.valueBytes = reader.varint()
    this.#valueAt = this.valueBytes < 0 ? reader.pos : reader.skip(this.valueBytes)
    this.#skipHeaders()
    if (reader.pos !== end) throw reader.malformed(`not the ${bytes} bytes long that it says`)
    this.sizeBytes = end - begin
  }

  // A header takes two bytes at least, so the count cannot make this long.
  #skipHeaders(): void {
    const reader = this.#reader
    this.headersCount = reader.varint()
    if (this.headersCount < 0) throw reader.malformed(`${this.headersCount} headers`)
    this.#headersAt = reader.pos
    for (let left = this.headersCount; left > 0; left--) {
      reader.skip(reader.varint())
      const valueBytes = reader.varint()
      if (valueBytes > 0) reader.skip(valueBytes)
    }
  }

  #view(at: number, bytes: number): Buffer | null {
    return bytes < 0 ? null : this.#reader.buf.subarray(at, at + bytes)
  }
}
