/** What a client wants of one partition, and what it was last told about it. */
export interface FetchPartition {
  /** As asked for: by name before v13, by id since. The other is filled in when the topic is known. */
  readonly topic: string
  readonly topicId: string
  readonly partition: number
  fetchOffset: number
  currentLeaderEpoch: number
  lastFetchedEpoch: number
  maxBytes: number
  /** Told last; -1 makes the next answer tell it again. */
  toldHighWatermark: number
  toldLogStartOffset: number
}
