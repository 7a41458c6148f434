import type { GroupDescription, PartitionAssigner } from './group.ts'
import type { InstrumentationEvent, NetworkListeners, RemoveInstrumentationEventListener } from './instrumentation.ts'
import type { RetryOptions } from './kafka.ts'
import type { Logger } from './logging.ts'
import type { KafkaMessage } from './message.ts'
import type {
  Offsets,
  OffsetsByTopicPartition,
  TopicOffsets,
  TopicPartitionOffset,
  TopicPartitionOffsetAndMetadata,
  TopicPartitions,
} from './offsets.ts'

export interface ConsumerConfig {
  groupId: string
  /** How members share partitions, the favourite first; `PartitionAssigners.roundRobin` by default. */
  partitionAssigners?: PartitionAssigner[]
  /** Metadata is asked for again after so many ms; 300000 by default. */
  metadataMaxAge?: number
  /** The group gives up on a member that is silent for so many ms; 30000 by default. */
  sessionTimeout?: number
  /** For all members to come back in a rebalance, in ms; 60000 by default. */
  rebalanceTimeout?: number
  /** Between heartbeats, in ms; 3000 by default. They do not depend on handlers. */
  heartbeatInterval?: number
  /** Of one partition in one answer; 1048576 by default. */
  maxBytesPerPartition?: number
  /** A broker waits for so much, no longer than `maxWaitTimeInMs`; 1 by default. */
  minBytes?: number
  /** Of one answer, and of what is fetched ahead; 10485760 by default. */
  maxBytes?: number
  /** How long a broker may wait for messages; 5000 by default. */
  maxWaitTimeInMs?: number
  /** For handlers that fail, and for a cluster that cannot be reached. */
  retry?: RetryOptions & { restartOnFailure?: (err: Error) => Promise<boolean> }
  /** Whether brokers may create the topics that are subscribed to; true by default. */
  allowAutoTopicCreation?: boolean
  /** Not used: a consumer has one fetch under way for each broker. */
  maxInFlightRequests?: number
  /** True: messages of transactions that are open or aborted are read, too. */
  readUncommitted?: boolean
  /** Where this consumer stands: it may be sent to a replica there (KIP-392). */
  rackId?: string
}

export type Batch = {
  topic: string
  partition: number
  /** End of the partition when the batch was fetched. */
  highWatermark: string
  messages: KafkaMessage[]
  isEmpty(): boolean
  firstOffset(): string | null
  lastOffset(): string
  offsetLag(): string
  offsetLagLow(): string
}

interface HandlerTools {
  /** Throws REBALANCE_IN_PROGRESS if the partition is to be given up. */
  heartbeat(): Promise<void>
  /** Pauses the handler's partition; gives what resumes it. */
  pause(): () => void
}

export interface EachMessagePayload extends HandlerTools {
  topic: string
  partition: number
  message: KafkaMessage
}

export interface EachBatchPayload extends HandlerTools {
  batch: Batch
  /** The message at that offset, and all before it, are processed. */
  resolveOffset(offset: string): void
  /** Commits these offsets, or what is resolved if interval or threshold say so. */
  commitOffsetsIfNecessary(offsets?: Offsets): Promise<void>
  /** What is resolved and not committed. */
  uncommittedOffsets(): OffsetsByTopicPartition
  /** False: the consumer is to stop. */
  isRunning(): boolean
  /** True: the rest of the batch is void, as after a seek. */
  isStale(): boolean
}

export type ConsumerEachMessagePayload = EachMessagePayload
export type ConsumerEachBatchPayload = EachBatchPayload
export type EachBatchHandler = (payload: EachBatchPayload) => Promise<void>
export type EachMessageHandler = (payload: EachMessagePayload) => Promise<void>

export type ConsumerRunConfig = {
  /** False: nothing is committed but by the program. */
  autoCommit?: boolean
  /** Within a batch, too, offsets are committed after so many ms. */
  autoCommitInterval?: number | null
  /** Within a batch, too, offsets are committed after so many messages. */
  autoCommitThreshold?: number | null
  /** False: `eachBatch` resolves what it has processed; the rest comes again. */
  eachBatchAutoResolve?: boolean
  /** So many partitions have handlers at work at a time; 1 by default. */
  partitionsConsumedConcurrently?: number
  eachBatch?: EachBatchHandler
  eachMessage?: EachMessageHandler
}

export type ConsumerSubscribeTopic = { topic: string | RegExp; fromBeginning?: boolean }
export type ConsumerSubscribeTopics = { topics: (string | RegExp)[]; fromBeginning?: boolean }

export type ConsumerEvents = {
  HEARTBEAT: 'consumer.heartbeat'
  COMMIT_OFFSETS: 'consumer.commit_offsets'
  GROUP_JOIN: 'consumer.group_join'
  FETCH_START: 'consumer.fetch_start'
  FETCH: 'consumer.fetch'
  START_BATCH_PROCESS: 'consumer.start_batch_process'
  END_BATCH_PROCESS: 'consumer.end_batch_process'
  CONNECT: 'consumer.connect'
  DISCONNECT: 'consumer.disconnect'
  STOP: 'consumer.stop'
  CRASH: 'consumer.crash'
  REBALANCING: 'consumer.rebalancing'
  RECEIVED_UNSUBSCRIBED_TOPICS: 'consumer.received_unsubscribed_topics'
  REQUEST: 'consumer.network.request'
  REQUEST_TIMEOUT: 'consumer.network.request_timeout'
  REQUEST_QUEUE_SIZE: 'consumer.network.request_queue_size'
}

interface MemberOfGeneration {
  groupId: string
  memberId: string
  groupGenerationId: number
}

interface ProcessedBatch {
  topic: string
  partition: number
  highWatermark: string
  offsetLag: string
  offsetLagLow: string
  batchSize: number
  firstOffset: string
  lastOffset: string
}

export interface IMemberAssignment {
  [key: string]: number[]
}

export type ConsumerHeartbeatEvent = InstrumentationEvent<MemberOfGeneration>
export type ConsumerCommitOffsetsEvent = InstrumentationEvent<MemberOfGeneration & { topics: TopicOffsets[] }>
export type ConsumerGroupJoinEvent = InstrumentationEvent<{
  duration: number
  groupId: string
  isLeader: boolean
  leaderId: string
  groupProtocol: string
  memberId: string
  memberAssignment: IMemberAssignment
}>
export type ConsumerFetchStartEvent = InstrumentationEvent<{ nodeId: number }>
export type ConsumerFetchEvent = InstrumentationEvent<{ numberOfBatches: number; duration: number; nodeId: number }>
export type ConsumerStartBatchProcessEvent = InstrumentationEvent<ProcessedBatch>
export type ConsumerEndBatchProcessEvent = InstrumentationEvent<ProcessedBatch & { duration: number }>
export type ConsumerCrashEvent = InstrumentationEvent<{ error: Error; groupId: string; restart: boolean }>
export type ConsumerRebalancingEvent = InstrumentationEvent<{ groupId: string; memberId: string }>
export type ConsumerReceivedUnsubcribedTopicsEvent = InstrumentationEvent<{
  groupId: string
  generationId: number
  memberId: string
  assignedTopics: string[]
  topicsSubscribed: string[]
  topicsNotSubscribed: string[]
}>

type Name = ConsumerEvents
type Remove<T> = RemoveInstrumentationEventListener<T>

export interface ConsumerListeners extends NetworkListeners<ConsumerEvents> {
  (name: Name['HEARTBEAT'], listener: (event: ConsumerHeartbeatEvent) => void): Remove<typeof name>
  (name: Name['COMMIT_OFFSETS'], listener: (event: ConsumerCommitOffsetsEvent) => void): Remove<typeof name>
  (name: Name['GROUP_JOIN'], listener: (event: ConsumerGroupJoinEvent) => void): Remove<typeof name>
  (name: Name['FETCH_START'], listener: (event: ConsumerFetchStartEvent) => void): Remove<typeof name>
  (name: Name['FETCH'], listener: (event: ConsumerFetchEvent) => void): Remove<typeof name>
  (name: Name['START_BATCH_PROCESS'], listener: (event: ConsumerStartBatchProcessEvent) => void): Remove<typeof name>
  (name: Name['END_BATCH_PROCESS'], listener: (event: ConsumerEndBatchProcessEvent) => void): Remove<typeof name>
  (name: Name['STOP'], listener: (event: InstrumentationEvent<null>) => void): Remove<typeof name>
  (name: Name['CRASH'], listener: (event: ConsumerCrashEvent) => void): Remove<typeof name>
  (name: Name['REBALANCING'], listener: (event: ConsumerRebalancingEvent) => void): Remove<typeof name>
  (
    name: Name['RECEIVED_UNSUBSCRIBED_TOPICS'],
    listener: (event: ConsumerReceivedUnsubcribedTopicsEvent) => void,
  ): Remove<typeof name>
}

export type Consumer = {
  connect(): Promise<void>
  disconnect(): Promise<void>
  subscribe(subscription: ConsumerSubscribeTopics | ConsumerSubscribeTopic): Promise<void>
  stop(): Promise<void>
  run(config?: ConsumerRunConfig): Promise<void>
  commitOffsets(topicPartitions: Array<TopicPartitionOffsetAndMetadata>): Promise<void>
  seek(topicPartitionOffset: TopicPartitionOffset): void
  describeGroup(): Promise<GroupDescription>
  pause(topics: Array<{ topic: string; partitions?: number[] }>): void
  paused(): TopicPartitions[]
  resume(topics: Array<{ topic: string; partitions?: number[] }>): void
  on: ConsumerListeners
  logger(): Logger
  readonly events: ConsumerEvents
}
