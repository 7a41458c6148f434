export type { Assignments, Assignor, SubscribedMember } from './assignor/assignor.ts'
export { cooperativeStickyAssignor } from './assignor/cooperative-sticky.ts'
export { rangeAssignor } from './assignor/range.ts'
export { roundRobinAssignor } from './assignor/round-robin.ts'
export type { OffsetToCommit } from './commit/committer.ts'
export {
  type CloseOptions,
  Consumer,
  type PartitionLag,
  type TopicPartitionOffset,
  type TypedConsumerOptions,
} from './consumer.ts'
export type { ConsumerMetrics } from './consumer-metrics.ts'
export type { AutoOffsetReset, ConsumerOptions, IsolationLevel } from './consumer-options.ts'
export { ConsumerRecord } from './consumer-record.ts'
export { ConsumerBatch } from './deliver/consumer-batch.ts'
export type {
  DeserializationDecision,
  Deserializer,
  DeserializerOptions,
  OnDeserializationError,
} from './deliver/deserializers.ts'
export type {
  EachBatch,
  EachRecord,
  ErrorDecision,
  HandlerContext,
  RunByBatch,
  RunByRecord,
  RunOptions,
} from './deliver/run-options.ts'
export type { CommitMessage, ProcessMessage, RebalanceMessage } from './diagnostics.ts'
export type { MemberIdentity } from './membership/membership.ts'
export type { CommittedOffset } from './progress/assigned-partition.ts'
export {
  ShareConsumer,
  type ShareConsumerOptions,
  type ShareErrorDecision,
  type ShareRunOptions,
} from './share/share-consumer.ts'
export type { ShareConsumerMetrics } from './share/share-metrics.ts'
export type { ShareRecord } from './share/share-record.ts'
export type { TopicsOrPatterns } from './subscription.ts'
export type { AssignablePartition, TopicPartition, TopicPartitions } from './topic-partition.ts'
