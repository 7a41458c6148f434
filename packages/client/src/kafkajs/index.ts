// What kafkajs 2.2.4 exports, over this client: see docs/kafkajs.md.
export { AssignerProtocol } from './assigner-protocol.ts'
export { CompressionCodecs } from './compression.ts'
export {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  CompressionTypes,
  ConfigResourceTypes,
  ConfigSource,
  logLevel,
  ResourcePatternTypes,
} from './enums.ts'
export * from './errors.ts'
/** `import kafkajs from`, which works with kafkajs too, as it is CommonJS. */
export * as default from './index.ts'
export { Kafka } from './kafka.ts'
export { PartitionAssigners } from './partition-assigner.ts'
export { Partitioners } from './partitioner.ts'
export type * from './types/access.ts'
export type * from './types/admin.ts'
export type * from './types/cluster.ts'
export type * from './types/configs.ts'
export type * from './types/consumer.ts'
export type * from './types/group.ts'
export type {
  ConnectEvent,
  DisconnectEvent,
  InstrumentationEvent,
  RemoveInstrumentationEventListener,
  RequestEvent,
  RequestQueueSizeEvent,
  RequestTimeoutEvent,
} from './types/instrumentation.ts'
export type * from './types/kafka.ts'
export type { LogEntry, Logger, LoggerEntryContent, logCreator } from './types/logging.ts'
export type {
  DefaultPartitioner,
  ICustomPartitioner,
  IHeaders,
  KafkaMessage,
  LegacyPartitioner,
  Message,
  PartitionerArgs,
  PartitionMetadata,
} from './types/message.ts'
export type * from './types/offsets.ts'
export type {
  Producer,
  ProducerBatch,
  ProducerConfig,
  ProducerEvents,
  ProducerRecord,
  RecordMetadata,
  TopicMessages,
  Transaction,
} from './types/producer.ts'
