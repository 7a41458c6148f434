/** A record of a coordinator as it lies in its partition. No value: a tombstone. */
export interface CoordinatorRecord {
  readonly key: Uint8Array
  readonly value: Uint8Array | null
}

export const recordBytes = (record: CoordinatorRecord): number => record.key.length + (record.value?.length ?? 0)

/** What a coordinator needs of the internal topic that holds its records (`__consumer_offsets`). */
export interface CoordinatorLog {
  /** How many partitions the topic has; undefined: it does not exist yet. */
  partitionCount(): number | undefined
  /** Creates the topic where it does not exist. Returns how many partitions it has. */
  create(): Promise<number>
  /**
   * Queues records at once, so that calls keep their order; all of one call follow one another. Resolves when they are
   * durable. After a rejection they may be in the log or not: `read` tells, once all appends have been settled.
   */
  append(partition: number, records: readonly CoordinatorRecord[], timestampMs: number): Promise<AppendedAt>
  /** All records that are durable, from the log's start on. */
  read(partition: number): AsyncIterable<readonly CoordinatorRecord[]>
  /** Durably forgets all that lies before an offset. */
  deleteBefore(partition: number, offset: number): Promise<void>
}

export interface AppendedAt {
  /** The offset behind the last record. */
  readonly endOffset: number
}
