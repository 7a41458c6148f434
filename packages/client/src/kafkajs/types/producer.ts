import type { CompressionTypes } from '../enums.ts'
import type { NetworkListeners } from './instrumentation.ts'
import type { RetryOptions } from './kafka.ts'
import type { Logger } from './logging.ts'
import type { ICustomPartitioner, Message } from './message.ts'
import type { Offsets } from './offsets.ts'

export interface ProducerConfig {
  /** Chooses partitions; `Partitioners.DefaultPartitioner` by default. */
  createPartitioner?: ICustomPartitioner
  retry?: RetryOptions
  /** Metadata is asked for again after so many ms; 300000 by default. */
  metadataMaxAge?: number
  /** Whether brokers may create the topics that are sent to; true by default. */
  allowAutoTopicCreation?: boolean
  /** True: other `acks` than -1 are refused. Unless false, retries never write twice with -1. */
  idempotent?: boolean
  /** Makes `transaction` possible. One producer at a time may have it. */
  transactionalId?: string
  /** The coordinator aborts transactions that take longer, in ms; 60000 by default. */
  transactionTimeout?: number
  /** Requests that are on their way to one broker at a time; at most 5 with `acks: -1`. */
  maxInFlightRequests?: number
}

export interface TopicMessages {
  topic: string
  messages: Message[]
}

export interface ProducerRecord {
  topic: string
  messages: Message[]
  /** Who must have the messages: all replicas in sync (-1, the default), the leader (1), nobody (0). */
  acks?: number
  /** Not used: the broker has `requestTimeout` to write. */
  timeout?: number
  /** `CompressionTypes.None` by default. */
  compression?: CompressionTypes
}

export interface ProducerBatch {
  acks?: number
  timeout?: number
  compression?: CompressionTypes
  topicMessages?: TopicMessages[]
}

export type RecordMetadata = {
  topicName: string
  partition: number
  errorCode: number
  offset?: string
  timestamp?: string
  baseOffset?: string
  logAppendTime?: string
  logStartOffset?: string
}

export type ProducerEvents = {
  CONNECT: 'producer.connect'
  DISCONNECT: 'producer.disconnect'
  REQUEST: 'producer.network.request'
  REQUEST_TIMEOUT: 'producer.network.request_timeout'
  REQUEST_QUEUE_SIZE: 'producer.network.request_queue_size'
}

export interface Sender {
  send(record: ProducerRecord): Promise<RecordMetadata[]>
  sendBatch(batch: ProducerBatch): Promise<RecordMetadata[]>
}

export type Transaction = Sender & {
  sendOffsets(offsets: Offsets & { consumerGroupId: string }): Promise<void>
  commit(): Promise<void>
  abort(): Promise<void>
  isActive(): boolean
}

export type Producer = Sender & {
  connect(): Promise<void>
  disconnect(): Promise<void>
  isIdempotent(): boolean
  readonly events: ProducerEvents
  on: NetworkListeners<ProducerEvents>
  transaction(): Promise<Transaction>
  logger(): Logger
}
