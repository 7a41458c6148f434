import { type ErrorName, errorOf } from '@ottla/protocol'

/**
 * What a partition's error in a Fetch leads to.
 *   refresh   the leader may be elsewhere: ask for metadata, then fetch again.
 *   rest      fetch again after a pause.
 *   reset     the offset is not in the log.
 *   fail      nothing helps but a person: the application gets the error, and the partition rests.
 */
export type FetchReaction = 'refresh' | 'rest' | 'reset' | 'fail'

const reactions: Partial<Record<ErrorName, FetchReaction>> = {
  OFFSET_OUT_OF_RANGE: 'reset',
  NOT_LEADER_OR_FOLLOWER: 'refresh',
  LEADER_NOT_AVAILABLE: 'refresh',
  REPLICA_NOT_AVAILABLE: 'refresh',
  KAFKA_STORAGE_ERROR: 'refresh',
  FENCED_LEADER_EPOCH: 'refresh',
  UNKNOWN_LEADER_EPOCH: 'refresh',
  UNKNOWN_TOPIC_OR_PARTITION: 'refresh',
  UNKNOWN_TOPIC_ID: 'refresh',
  INCONSISTENT_TOPIC_ID: 'refresh',
  OFFSET_NOT_AVAILABLE: 'rest',
  UNKNOWN_SERVER_ERROR: 'rest',
}

/** An error that the table lacks: those that Kafka calls retriable are, the others are for a person. */
export function fetchReaction(errorCode: number): FetchReaction {
  const { name, retriable } = errorOf(errorCode)
  return reactions[name as ErrorName] ?? (retriable ? 'refresh' : 'fail')
}
