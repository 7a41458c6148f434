import type { OffsetToCommit } from '../consumer/commit/committer.ts'
import { KafkaJSNonRetriableError } from './errors.ts'
import type { ConsumerSubscribeTopic, ConsumerSubscribeTopics } from './types/consumer.ts'
import type { TopicPartitionOffset, TopicPartitionOffsetAndMetadata } from './types/offsets.ts'

/** Behind the last message, and at the first one. */
export const latestOffset = -1
export const earliestOffset = -2

/** What a program wants to read; throws for what is no topic. */
export function subscribed(subscription: ConsumerSubscribeTopics | ConsumerSubscribeTopic): (string | RegExp)[] {
  const { topic, topics } = subscription as { topic?: string | RegExp; topics?: (string | RegExp)[] }
  if (!topic && !topics) throw new KafkaJSNonRetriableError('Missing required argument "topics"')
  if (topics != null && !Array.isArray(topics)) throw new KafkaJSNonRetriableError('Argument "topics" must be an array')
  const wanted = topics ?? [topic!]
  for (const each of wanted) {
    if (typeof each === 'string' || each instanceof RegExp) continue
    throw new KafkaJSNonRetriableError(
      `Invalid topic ${each} (${typeof each}), the topic name has to be a String or a RegExp`,
    )
  }
  return wanted
}

/** The offset to seek to, as a number. */
export function soughtOffset(wanted: TopicPartitionOffset): number {
  const offset = checkedOffset(wanted)
  if (offset < 0 && offset !== latestOffset && offset !== earliestOffset)
    throw new KafkaJSNonRetriableError('Offset must not be a negative number')
  return offset
}

export function offsetToCommit(wanted: TopicPartitionOffsetAndMetadata): OffsetToCommit {
  const { topic, partition, metadata = null } = wanted
  const offset = checkedOffset(wanted)
  if (offset < 0) throw new KafkaJSNonRetriableError('Offset must not be a negative number')
  if (metadata !== null && typeof metadata !== 'string')
    throw new KafkaJSNonRetriableError(`Invalid offset metadata, expected string or null, received ${metadata}`)
  return { topic, partition, offset, ...(metadata !== null && { metadata }) }
}

function checkedOffset({ topic, partition, offset }: TopicPartitionOffset): number {
  if (!topic) throw new KafkaJSNonRetriableError(`Invalid topic ${topic}`)
  if (Number.isNaN(Number(partition)) || partition === undefined)
    throw new KafkaJSNonRetriableError(`Invalid partition, expected a number received ${partition}`)
  const text = String(offset)
  if (!/^-?\d+$/.test(text)) throw new KafkaJSNonRetriableError(`Invalid offset, expected a long received ${offset}`)
  return Number(text)
}

/** For `pause` and `resume`. */
export function checkPartitions(topics: readonly { topic: string; partitions?: number[] }[], what: string): void {
  for (const each of topics) {
    if (!each?.topic) throw new KafkaJSNonRetriableError(`Invalid topic ${each?.topic || each}`)
    const { partitions } = each
    if (partitions === undefined) continue
    if (!Array.isArray(partitions) || partitions.some((partition) => Number.isNaN(Number(partition))))
      throw new KafkaJSNonRetriableError(
        `Array of valid partitions required to ${what} specific partitions instead of ${partitions}`,
      )
  }
}
