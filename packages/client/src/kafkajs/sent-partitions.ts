import type { OttlaError } from '../ottla-error.ts'
import type { BatchPlace, Delivery } from '../producer/delivery.ts'
import type { RecordMetadata as OwnMetadata } from '../producer/record.ts'
import type { RecordMetadata } from './types/producer.ts'

/** The records of one `send`. Tells where they are by partition, as kafkajs does, when all are there. */
export class SentPartitions implements Delivery {
  readonly #partitions = new Map<string, OwnMetadata & BatchPlace>()
  readonly #resolve: (sent: RecordMetadata[]) => void
  readonly #reject: (error: OttlaError) => void
  #pending: number
  #error: OttlaError | undefined

  constructor(count: number, resolve: (sent: RecordMetadata[]) => void, reject: (error: OttlaError) => void) {
    this.#pending = count
    this.#resolve = resolve
    this.#reject = reject
  }

  succeeded(_slot: number, metadata: OwnMetadata, place: BatchPlace): void {
    const key = `${metadata.topic} ${metadata.partition}`
    const first = this.#partitions.get(key)
    if (first === undefined || metadata.offset < first.offset) this.#partitions.set(key, { ...metadata, ...place })
    this.#countDown()
  }

  failed(_slot: number, error: OttlaError): void {
    this.#error ??= error
    this.#countDown()
  }

  #countDown(): void {
    if (--this.#pending > 0) return
    if (this.#error !== undefined) this.#reject(this.#error)
    else this.#resolve([...this.#partitions.values()].map(recordMetadata))
  }
}

const recordMetadata = (first: OwnMetadata & BatchPlace): RecordMetadata => ({
  topicName: first.topic,
  partition: first.partition,
  errorCode: 0,
  baseOffset: String(first.offset),
  logAppendTime: String(first.logAppendTimeMs),
  logStartOffset: String(first.logStartOffset),
})
