import type { RecordCursor, RecordHeader } from '@ottla/protocol'

/** A record as a consumer gets it. Key and value are views of what was fetched: keep copies of what is kept for long. */
export class ConsumerRecord<K = Buffer | null, V = Buffer | null> {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  /** Milliseconds since 1970, by the topic's `message.timestamp.type`. */
  readonly timestamp: number
  readonly key: K
  readonly value: V
  readonly headers: readonly RecordHeader[]
  /** Of the leader that took the record, or -1. */
  readonly leaderEpoch: number
  readonly #topicId: string | undefined

  /** @internal A consumer makes it. */
  constructor(origin: RecordOrigin, cursor: RecordCursor, key: K, value: V) {
    this.topic = origin.topic
    this.partition = origin.partition
    this.offset = cursor.offset
    this.timestamp = cursor.timestamp
    this.key = key
    this.value = value
    this.headers = cursor.headersCount === 0 ? noHeaders : cursor.headers
    this.leaderEpoch = origin.leaderEpoch
    this.#topicId = origin.topicId
  }

  /** @internal Of the topic that had the name when the record was fetched, if the brokers have told. */
  static topicIdOf(record: ConsumerRecord<any, any>): string | undefined {
    return record.#topicId
  }
}

/** What the records of a batch have in common. */
export interface RecordOrigin {
  readonly topic: string
  readonly topicId?: string | undefined
  readonly partition: number
  readonly leaderEpoch: number
}

const noHeaders: readonly RecordHeader[] = []
