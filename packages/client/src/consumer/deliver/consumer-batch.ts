import { OttlaError } from '../../ottla-error.ts'
import type { ConsumerRecord } from '../consumer-record.ts'
import type { FetchedChunk } from '../fetch/fetch-buffer.ts'
import { type Deserializers, deserializersOf } from './deserializers.ts'
import { RecordReader } from './record-reader.ts'

/** Records of one partition that came together. They are unpacked only when they are asked for. */
export class ConsumerBatch<K = Buffer | null, V = Buffer | null>
  implements Iterable<ConsumerRecord<K, V>>, AsyncIterable<ConsumerRecord<K, V>>
{
  readonly topic: string
  readonly partition: number
  /** Where the batch begins; the first record may lie behind it. */
  readonly firstOffset: number
  /** Of the last record; of what lies behind the end of the batch if there are none. */
  readonly lastOffset: number
  /** End of the partition when this was fetched. */
  readonly highWatermark: number
  /** Size as it was sent, compressed. */
  readonly bytes: number
  /** Fires when the partition is taken away. */
  readonly signal: AbortSignal
  readonly #chunk: FetchedChunk
  readonly #deserializers: Deserializers<K, V>
  #records: readonly ConsumerRecord<K, V>[] | undefined

  /** @internal A consumer makes it. */
  constructor(chunk: FetchedChunk, deserializers: Deserializers<K, V>) {
    const { partition, fromOffset, nextOffset, bytes } = chunk
    this.topic = partition.topic
    this.partition = partition.partition
    this.firstOffset = fromOffset
    this.lastOffset = nextOffset - 1
    this.highWatermark = partition.highWatermark
    this.bytes = bytes
    this.signal = partition.signal
    this.#chunk = chunk
    this.#deserializers = deserializers
  }

  /** How many records the headers claim; compaction may have removed some, and `records` tells for sure. */
  get count(): number {
    if (this.#records !== undefined) return this.#records.length
    const { batches, fromOffset } = this.#chunk
    const claimed = batches.reduce((sum, batch) => sum + batch.recordsCount, 0)
    return claimed - Math.max(0, fromOffset - (batches[0]?.baseOffset ?? fromOffset))
  }

  get records(): readonly ConsumerRecord<K, V>[] {
    this.#records ??= [...this]
    return this.#records
  }

  /** Unpacks as it goes: for those who look at each record once. */
  *[Symbol.iterator](): Iterator<ConsumerRecord<K, V>> {
    const reader = new RecordReader(this.#chunk, this.#deserializers)
    for (let record = reader.next(); record !== undefined; record = reader.next()) yield record
    if (reader.isPending) throw this.#takesTime()
  }

  /** The same, where a deserializer takes its time: one that checks by an asynchronous schema, or asks a registry. */
  async *[Symbol.asyncIterator](): AsyncIterator<ConsumerRecord<K, V>> {
    const reader = new RecordReader(this.#chunk, this.#deserializers)
    for (;;) {
      const record = reader.next() ?? (await reader.later())
      if (record === undefined) return
      yield record
    }
  }

  /** The records with keys and values as bytes, whatever the deserializers are. */
  *raw(): Generator<ConsumerRecord, void, undefined> {
    const reader = new RecordReader(this.#chunk, deserializersOf<Buffer | null, Buffer | null>({}))
    for (let record = reader.next(); record !== undefined; record = reader.next()) yield record
  }

  #takesTime(): OttlaError {
    const message = 'a deserializer takes its time: read the batch by `for await (const record of batch)`'
    return new OttlaError('INVALID_ARGUMENT', { message, topic: this.topic, partition: this.partition })
  }
}
