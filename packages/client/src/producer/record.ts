/** What keys, values and headers are made of: text goes as UTF-8. */
export type Bytes = string | Uint8Array

/** Headers of a record: names with values, or a list of pairs where a name comes twice or the order counts. */
export type Headers =
  | Readonly<Record<string, Bytes | null | readonly (Bytes | null)[]>>
  | Iterable<readonly [string, Bytes | null]>

/** A record to be sent. */
export interface ProducerRecord {
  readonly topic: string
  /** Records of one key go to one partition, in their order. */
  readonly key?: Bytes | null | undefined
  /** Null is a tombstone: a compacted topic forgets the key. */
  readonly value?: Bytes | null | undefined
  /** By name; one name may have several values. Pairs keep their order. */
  readonly headers?: Headers | undefined
  /** Instead of the one that the key gives. */
  readonly partition?: number | undefined
  /** In ms since 1970; now, if it is left out. */
  readonly timestamp?: number | undefined
}

/** Where a record is. */
export interface RecordMetadata {
  readonly topic: string
  readonly partition: number
  /** -1 if the broker did not say: with acks=0, and for a duplicate that it has long known. */
  readonly offset: number
  /** The one that the record has in the log, in ms since 1970. */
  readonly timestamp: number
}
