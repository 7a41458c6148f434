export type { CompressionType } from '@ottla/protocol'
export type { TlsConnectOptions } from '@ottla/runtime'
export * from './admin/index.ts'
export { Client, createClient } from './client.ts'
export type { ClientMetrics } from './client-metrics.ts'
export type { BootstrapServers, ClientOptions } from './connection/client-options.ts'
export type { ConnectionMetrics } from './connection/connection-metrics.ts'
export type {
  ConnectMessage,
  DisconnectMessage,
  RequestMessage,
  RetryMessage,
  ThrottleMessage,
} from './connection/diagnostics.ts'
export type { LogHook, LogLine } from './connection/log-hook.ts'
export type { PartitionMetadata, TopicMetadata } from './connection/metadata.ts'
export type {
  CustomSaslOptions,
  OauthOptions,
  OauthToken,
  PasswordOptions,
  Provided,
  SaslOptions,
} from './connection/sasl/mechanism.ts'
export * from './consumer/index.ts'
export { type ErrorContext, OttlaError, type OttlaErrorName, type OttlaErrorOptions } from './ottla-error.ts'
export type { SendMessage } from './producer/diagnostics.ts'
export type { Partitioner } from './producer/partitioner.ts'
export type { Producer } from './producer/producer.ts'
export type { ProducerMetrics } from './producer/producer-metrics.ts'
export type { ProducerOptions } from './producer/producer-options.ts'
export type { Bytes, Headers, ProducerRecord, RecordMetadata } from './producer/record.ts'
export type { Transaction, TransactionOffset } from './producer/transaction/transaction.ts'
export * from './topic/index.ts'
