import type { PartitionMetadata as OwnPartitionMetadata, TopicMetadata } from '../connection/metadata.ts'
import type { PartitionMetadata } from './types/message.ts'

/** What is known of a topic's partitions, in the words of kafkajs. */
export const partitionsOf = (topic: TopicMetadata | undefined): PartitionMetadata[] =>
  (topic?.partitions ?? []).map(partitionOf)

const partitionOf = (known: OwnPartitionMetadata): PartitionMetadata => ({
  partitionErrorCode: 0,
  partitionId: known.partition,
  leader: known.leader,
  replicas: [...known.replicas],
  isr: [...known.inSyncReplicas],
  offlineReplicas: [...known.offlineReplicas],
})
