import type { RecordHeader } from '@ottla/protocol'
import type { ConsumerRecord } from '../consumer/consumer-record.ts'
import { deserializersOf } from '../consumer/deliver/deserializers.ts'
import { RecordReader } from '../consumer/deliver/record-reader.ts'
import type { FetchedChunk } from '../consumer/fetch/fetch-buffer.ts'
import type { Batch } from './types/consumer.ts'
import type { IHeaders, KafkaMessage } from './types/message.ts'

const asBytes = deserializersOf<Buffer | null, Buffer | null>({})

/** What one fetch has brought of one partition. */
export class FetchedBatch implements Batch {
  readonly topic: string
  readonly partition: number
  readonly highWatermark: string
  readonly messages: KafkaMessage[] = []
  readonly #fromOffset: number
  readonly #nextOffset: number

  /** Unpacks the records; throws for what cannot be read. */
  constructor(chunk: FetchedChunk) {
    this.topic = chunk.partition.topic
    this.partition = chunk.partition.partition
    this.highWatermark = String(chunk.partition.highWatermark)
    this.#fromOffset = chunk.fromOffset
    this.#nextOffset = chunk.nextOffset
    const reader = new RecordReader(chunk, asBytes)
    for (let record = reader.next(); record !== undefined; record = reader.next()) this.messages.push(messageOf(record))
  }

  isEmpty(): boolean {
    return this.messages.length === 0
  }

  /** Of the first message, or of what is there in its place and not for consumers: markers, aborted messages. */
  firstOffset(): string | null {
    return this.messages[0]?.offset ?? String(this.#fromOffset)
  }

  lastOffset(): string {
    return String(this.#nextOffset - 1)
  }

  /** How many messages lie behind the last one. */
  offsetLag(): string {
    return String(Number(this.highWatermark) - this.#nextOffset)
  }

  /** How many messages lie behind the first one. */
  offsetLagLow(): string {
    return String(Number(this.highWatermark) - 1 - Number(this.firstOffset()))
  }
}

/** With what kafkajs has and does not declare: the format of the batch, and that it is no marker. */
interface WholeMessage extends Omit<KafkaMessage & { headers: IHeaders }, 'size'> {
  magicByte: 2
  isControlRecord: false
}

const messageOf = ({ key, value, timestamp, offset, headers }: ConsumerRecord): WholeMessage => ({
  magicByte: 2,
  attributes: 0,
  timestamp: String(timestamp),
  offset: String(offset),
  key,
  value,
  headers: headersOf(headers),
  isControlRecord: false,
})

/** Several values of one name are a list. */
function headersOf(list: readonly RecordHeader[]): IHeaders {
  const headers: IHeaders = {}
  for (const { key, value: bytes } of list) {
    const value = bytes as Buffer
    const known = headers[key]
    if (known === undefined) headers[key] = value
    else headers[key] = Array.isArray(known) ? [...known, value] : [known, value]
  }
  return headers
}
