// The errors of kafkajs: the same names, properties and ancestry.
import type { DeleteGroupsResult } from './types/admin.ts'
import type { PartitionMetadata } from './types/message.ts'

type Cause = Error | string

/** What an error may take over from the one that it is made of. */
interface Fields {
  readonly message?: string
  readonly helpUrl?: string
  readonly type?: string
  readonly code?: number
  readonly retriable?: boolean
}

const fieldsOf = (e: Cause): Fields => (typeof e === 'string' ? { message: e } : (e as Fields))

export interface KafkaJSErrorMetadata {
  retriable?: boolean
  topic?: string
  partitionId?: number
  metadata?: PartitionMetadata
}

export interface KafkaJSOffsetOutOfRangeMetadata {
  topic: string
  partition: number
}

export interface KafkaJSNumberOfRetriesExceededMetadata {
  retryCount: number
  retryTime: number
}

export interface KafkaJSConnectionErrorMetadata {
  broker?: string
  code?: string
}

export interface KafkaJSRequestTimeoutErrorMetadata {
  broker: string
  clientId: string
  correlationId: number
  createdAt: number
  sentAt: number
  pendingDuration: number
}

export interface KafkaJSTopicMetadataNotLoadedMetadata {
  topic: string
}

export interface KafkaJSStaleTopicMetadataAssignmentMetadata {
  topic: string
  unknownPartitions: PartitionMetadata[]
}

export interface KafkaJSServerDoesNotSupportApiKeyMetadata {
  apiKey: number
  apiName: string
}

export interface KafkaJSDeleteGroupsErrorGroups {
  groupId: string
  errorCode: number
  error: KafkaJSError
}

export interface KafkaJSDeleteTopicRecordsErrorPartition {
  partition: number
  offset: string
  error: KafkaJSError
}

export interface KafkaJSDeleteTopicRecordsErrorTopic {
  topic: string
  partitions: KafkaJSDeleteTopicRecordsErrorPartition[]
}

export class KafkaJSError extends Error {
  override readonly name: string = 'KafkaJSError'
  readonly retriable: boolean
  declare readonly helpUrl?: string
  declare readonly cause?: Error

  constructor(e: Cause, { retriable = true, cause }: KafkaJSErrorMetadata & { readonly cause?: Error } = {}) {
    const { message, helpUrl } = fieldsOf(e)
    super(message ?? String(e))
    this.retriable = retriable
    Object.assign(this, { helpUrl, cause })
  }
}

export class KafkaJSNonRetriableError extends KafkaJSError {
  override readonly name: string = 'KafkaJSNonRetriableError'

  constructor(e: Cause, { cause }: { readonly cause?: Error } = {}) {
    super(e, { retriable: false, ...(cause !== undefined && { cause }) })
  }
}

export class KafkaJSProtocolError extends KafkaJSError {
  override readonly name: string = 'KafkaJSProtocolError'
  readonly code: number
  readonly type: string

  constructor(e: Cause, { retriable = fieldsOf(e).retriable ?? true }: { readonly retriable?: boolean } = {}) {
    super(e, { retriable })
    const { type, code } = fieldsOf(e)
    this.type = type as string
    this.code = code as number
  }
}

export class KafkaJSOffsetOutOfRange extends KafkaJSProtocolError {
  override readonly name = 'KafkaJSOffsetOutOfRange'
  readonly topic: string
  readonly partition: number

  constructor(e: Cause, metadata?: KafkaJSOffsetOutOfRangeMetadata) {
    super(e)
    this.topic = metadata?.topic as string
    this.partition = metadata?.partition as number
  }
}

export class KafkaJSMemberIdRequired extends KafkaJSProtocolError {
  override readonly name = 'KafkaJSMemberIdRequired'
  readonly memberId: string

  constructor(e: Cause, { memberId }: { memberId: string }) {
    super(e)
    this.memberId = memberId
  }
}

export class KafkaJSCreateTopicError extends KafkaJSProtocolError {
  override readonly name = 'KafkaJSCreateTopicError'
  readonly topic: string

  constructor(e: Cause, topicName: string) {
    super(e)
    this.topic = topicName
  }
}

export class KafkaJSAlterPartitionReassignmentsError extends KafkaJSProtocolError {
  override readonly name = 'KafkaJSAlterPartitionReassignmentsError'
  declare readonly topic?: string
  declare readonly partition?: number

  constructor(e: Cause, topic?: string, partition?: number) {
    super(e)
    Object.assign(this, { topic, partition })
  }
}

export class KafkaJSNumberOfRetriesExceeded extends KafkaJSNonRetriableError {
  override readonly name = 'KafkaJSNumberOfRetriesExceeded'
  override readonly stack: string
  readonly retryCount: number
  readonly retryTime: number

  constructor(e: Cause, metadata?: KafkaJSNumberOfRetriesExceededMetadata) {
    super(e, typeof e === 'string' ? {} : { cause: e })
    this.stack = `${this.name}\n  Caused by: ${typeof e === 'string' ? e : e.stack}`
    this.retryCount = metadata?.retryCount as number
    this.retryTime = metadata?.retryTime as number
  }
}

export class KafkaJSConnectionError extends KafkaJSError {
  override readonly name: string = 'KafkaJSConnectionError'
  readonly broker: string
  /** As Node has it: `ECONNREFUSED` and the like. */
  declare readonly code?: string

  constructor(e: Cause, { broker, code }: KafkaJSConnectionErrorMetadata = {}) {
    super(e)
    this.broker = broker as string
    Object.assign(this, { code })
  }
}

export class KafkaJSConnectionClosedError extends KafkaJSConnectionError {
  override readonly name = 'KafkaJSConnectionClosedError'
  readonly host: string
  readonly port: number

  constructor(e: Cause, { host, port }: { host?: string; port?: number } = {}) {
    super(e, { broker: `${host}:${port}` })
    this.host = host as string
    this.port = port as number
  }
}

export class KafkaJSRequestTimeoutError extends KafkaJSError {
  override readonly name = 'KafkaJSRequestTimeoutError'
  readonly broker: string
  readonly correlationId: number
  readonly createdAt: number
  readonly sentAt: number
  readonly pendingDuration: number

  constructor(e: Cause, metadata?: Partial<KafkaJSRequestTimeoutErrorMetadata>) {
    super(e)
    this.broker = metadata?.broker as string
    this.correlationId = metadata?.correlationId as number
    this.createdAt = metadata?.createdAt as number
    this.sentAt = metadata?.sentAt as number
    this.pendingDuration = metadata?.pendingDuration as number
  }
}

export class KafkaJSMetadataNotLoaded extends KafkaJSError {
  override readonly name: string = 'KafkaJSMetadataNotLoaded'

  constructor(e: Cause = '') {
    super(e)
  }
}

export class KafkaJSTopicMetadataNotLoaded extends KafkaJSMetadataNotLoaded {
  override readonly name = 'KafkaJSTopicMetadataNotLoaded'
  readonly topic: string

  constructor(e: Cause, metadata?: KafkaJSTopicMetadataNotLoadedMetadata) {
    super(e)
    this.topic = metadata?.topic as string
  }
}

export class KafkaJSStaleTopicMetadataAssignment extends KafkaJSError {
  override readonly name = 'KafkaJSStaleTopicMetadataAssignment'
  readonly topic: string
  readonly unknownPartitions: number

  constructor(e: Cause, metadata?: KafkaJSStaleTopicMetadataAssignmentMetadata) {
    super(e)
    this.topic = metadata?.topic as string
    // kafkajs declares a number, and has the list.
    this.unknownPartitions = metadata?.unknownPartitions as unknown as number
  }
}

export class KafkaJSDeleteGroupsError extends KafkaJSError {
  override readonly name = 'KafkaJSDeleteGroupsError'
  readonly groups: DeleteGroupsResult[]

  constructor(e: Cause, groups: KafkaJSDeleteGroupsErrorGroups[] = []) {
    super(e)
    this.groups = groups as DeleteGroupsResult[]
  }
}

/** Trying again may help if it may for each partition. */
export class KafkaJSDeleteTopicRecordsError extends KafkaJSError {
  override readonly name = 'KafkaJSDeleteTopicRecordsError'
  readonly partitions: KafkaJSDeleteTopicRecordsErrorPartition[]

  constructor({ partitions }: Pick<KafkaJSDeleteTopicRecordsErrorTopic, 'partitions'>) {
    const errors = partitions.map(({ error }) => error).filter((error) => error != null)
    super('Error while deleting records', { retriable: errors.every(({ retriable }) => retriable) })
    this.partitions = partitions
  }
}

export class KafkaJSServerDoesNotSupportApiKey extends KafkaJSNonRetriableError {
  override readonly name = 'KafkaJSServerDoesNotSupportApiKey'
  readonly apiKey: number
  readonly apiName: string

  constructor(e: Cause, metadata?: KafkaJSServerDoesNotSupportApiKeyMetadata) {
    super(e)
    this.apiKey = metadata?.apiKey as number
    this.apiName = metadata?.apiName as string
  }
}

export class KafkaJSBrokerNotFound extends KafkaJSError {
  override readonly name = 'KafkaJSBrokerNotFound'

  constructor(e: Cause = '', metadata: KafkaJSErrorMetadata = {}) {
    super(e, metadata)
  }
}

export class KafkaJSNoBrokerAvailableError extends KafkaJSError {
  override readonly name = 'KafkaJSNoBrokerAvailableError'

  constructor() {
    super('No broker available')
  }
}

export class KafkaJSPartialMessageError extends KafkaJSNonRetriableError {
  override readonly name = 'KafkaJSPartialMessageError'

  constructor(e: Cause = '') {
    super(e)
  }
}

export class KafkaJSSASLAuthenticationError extends KafkaJSNonRetriableError {
  override readonly name = 'KafkaJSSASLAuthenticationError'

  constructor(e: Cause = '') {
    super(e)
  }
}

export class KafkaJSGroupCoordinatorNotFound extends KafkaJSNonRetriableError {
  override readonly name = 'KafkaJSGroupCoordinatorNotFound'

  constructor(e: Cause = '') {
    super(e)
  }
}

export class KafkaJSNotImplemented extends KafkaJSNonRetriableError {
  override readonly name = 'KafkaJSNotImplemented'

  constructor(e: Cause = '') {
    super(e)
  }
}

export class KafkaJSTimeout extends KafkaJSNonRetriableError {
  override readonly name: string = 'KafkaJSTimeout'

  constructor(e: Cause = '') {
    super(e)
  }
}

export class KafkaJSLockTimeout extends KafkaJSTimeout {
  override readonly name = 'KafkaJSLockTimeout'
}

export class KafkaJSUnsupportedMagicByteInMessageSet extends KafkaJSNonRetriableError {
  override readonly name = 'KafkaJSUnsupportedMagicByteInMessageSet'

  constructor(e: Cause = '') {
    super(e)
  }
}

export class KafkaJSInvariantViolation extends KafkaJSNonRetriableError {
  override readonly name = 'KafkaJSInvariantViolation'

  constructor(e: Cause) {
    super(`Invariant violated: ${fieldsOf(e).message}. This is likely a bug and should be reported.`)
  }
}

export class KafkaJSInvalidVarIntError extends KafkaJSNonRetriableError {}

export class KafkaJSInvalidLongError extends KafkaJSNonRetriableError {}

/** Several errors of one call. As in kafkajs, it is no KafkaJSError. */
export class KafkaJSAggregateError extends Error {
  override readonly name = 'KafkaJSAggregateError'
  readonly errors: (Error | string)[]

  constructor(message: Cause, errors: (Error | string)[]) {
    super(fieldsOf(message).message)
    this.errors = errors
  }
}

export class KafkaJSFetcherRebalanceError extends Error {}
