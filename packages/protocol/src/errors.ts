/** Kafka's errors: name, code and whether a client may try again. A call site decides whether it does. */
export interface ErrorInfo {
  readonly name: string
  readonly code: number
  readonly retriable: boolean
}

const table = {
  UNKNOWN_SERVER_ERROR: [-1],
  NONE: [0],
  OFFSET_OUT_OF_RANGE: [1],
  CORRUPT_MESSAGE: [2, true],
  UNKNOWN_TOPIC_OR_PARTITION: [3, true],
  INVALID_FETCH_SIZE: [4],
  LEADER_NOT_AVAILABLE: [5, true],
  NOT_LEADER_OR_FOLLOWER: [6, true],
  REQUEST_TIMED_OUT: [7, true],
  BROKER_NOT_AVAILABLE: [8],
  REPLICA_NOT_AVAILABLE: [9, true],
  MESSAGE_TOO_LARGE: [10],
  STALE_CONTROLLER_EPOCH: [11],
  OFFSET_METADATA_TOO_LARGE: [12],
  NETWORK_EXCEPTION: [13, true],
  COORDINATOR_LOAD_IN_PROGRESS: [14, true],
  COORDINATOR_NOT_AVAILABLE: [15, true],
  NOT_COORDINATOR: [16, true],
  INVALID_TOPIC_EXCEPTION: [17],
  RECORD_LIST_TOO_LARGE: [18],
  NOT_ENOUGH_REPLICAS: [19, true],
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: [20, true],
  INVALID_REQUIRED_ACKS: [21],
  ILLEGAL_GENERATION: [22],
  INCONSISTENT_GROUP_PROTOCOL: [23],
  INVALID_GROUP_ID: [24],
  UNKNOWN_MEMBER_ID: [25],
  INVALID_SESSION_TIMEOUT: [26],
  REBALANCE_IN_PROGRESS: [27],
  INVALID_COMMIT_OFFSET_SIZE: [28],
  TOPIC_AUTHORIZATION_FAILED: [29],
  GROUP_AUTHORIZATION_FAILED: [30],
  CLUSTER_AUTHORIZATION_FAILED: [31],
  INVALID_TIMESTAMP: [32],
  UNSUPPORTED_SASL_MECHANISM: [33],
  ILLEGAL_SASL_STATE: [34],
  UNSUPPORTED_VERSION: [35],
  TOPIC_ALREADY_EXISTS: [36],
  INVALID_PARTITIONS: [37],
  INVALID_REPLICATION_FACTOR: [38],
  INVALID_REPLICA_ASSIGNMENT: [39],
  INVALID_CONFIG: [40],
  NOT_CONTROLLER: [41, true],
  INVALID_REQUEST: [42],
  UNSUPPORTED_FOR_MESSAGE_FORMAT: [43],
  POLICY_VIOLATION: [44],
  OUT_OF_ORDER_SEQUENCE_NUMBER: [45],
  DUPLICATE_SEQUENCE_NUMBER: [46],
  INVALID_PRODUCER_EPOCH: [47],
  INVALID_TXN_STATE: [48],
  INVALID_PRODUCER_ID_MAPPING: [49],
  INVALID_TRANSACTION_TIMEOUT: [50],
  CONCURRENT_TRANSACTIONS: [51, true],
  TRANSACTION_COORDINATOR_FENCED: [52],
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: [53],
  SECURITY_DISABLED: [54],
  OPERATION_NOT_ATTEMPTED: [55],
  KAFKA_STORAGE_ERROR: [56, true],
  LOG_DIR_NOT_FOUND: [57],
  SASL_AUTHENTICATION_FAILED: [58],
  UNKNOWN_PRODUCER_ID: [59],
  REASSIGNMENT_IN_PROGRESS: [60],
  DELEGATION_TOKEN_AUTH_DISABLED: [61],
  DELEGATION_TOKEN_NOT_FOUND: [62],
  DELEGATION_TOKEN_OWNER_MISMATCH: [63],
  DELEGATION_TOKEN_REQUEST_NOT_ALLOWED: [64],
  DELEGATION_TOKEN_AUTHORIZATION_FAILED: [65],
  DELEGATION_TOKEN_EXPIRED: [66],
  INVALID_PRINCIPAL_TYPE: [67],
  NON_EMPTY_GROUP: [68],
  GROUP_ID_NOT_FOUND: [69],
  FETCH_SESSION_ID_NOT_FOUND: [70, true],
  INVALID_FETCH_SESSION_EPOCH: [71, true],
  LISTENER_NOT_FOUND: [72, true],
  TOPIC_DELETION_DISABLED: [73],
  FENCED_LEADER_EPOCH: [74, true],
  UNKNOWN_LEADER_EPOCH: [75, true],
  UNSUPPORTED_COMPRESSION_TYPE: [76],
  STALE_BROKER_EPOCH: [77],
  OFFSET_NOT_AVAILABLE: [78, true],
  MEMBER_ID_REQUIRED: [79],
  PREFERRED_LEADER_NOT_AVAILABLE: [80, true],
  GROUP_MAX_SIZE_REACHED: [81],
  FENCED_INSTANCE_ID: [82],
  ELIGIBLE_LEADERS_NOT_AVAILABLE: [83, true],
  ELECTION_NOT_NEEDED: [84, true],
  NO_REASSIGNMENT_IN_PROGRESS: [85],
  GROUP_SUBSCRIBED_TO_TOPIC: [86],
  INVALID_RECORD: [87],
  UNSTABLE_OFFSET_COMMIT: [88, true],
  THROTTLING_QUOTA_EXCEEDED: [89, true],
  PRODUCER_FENCED: [90],
  RESOURCE_NOT_FOUND: [91],
  DUPLICATE_RESOURCE: [92],
  UNACCEPTABLE_CREDENTIAL: [93],
  INCONSISTENT_VOTER_SET: [94],
  INVALID_UPDATE_VERSION: [95],
  FEATURE_UPDATE_FAILED: [96],
  PRINCIPAL_DESERIALIZATION_FAILURE: [97],
  SNAPSHOT_NOT_FOUND: [98],
  POSITION_OUT_OF_RANGE: [99],
  UNKNOWN_TOPIC_ID: [100, true],
  DUPLICATE_BROKER_REGISTRATION: [101],
  BROKER_ID_NOT_REGISTERED: [102],
  INCONSISTENT_TOPIC_ID: [103, true],
  INCONSISTENT_CLUSTER_ID: [104],
  TRANSACTIONAL_ID_NOT_FOUND: [105],
  FETCH_SESSION_TOPIC_ID_ERROR: [106, true],
  INELIGIBLE_REPLICA: [107],
  NEW_LEADER_ELECTED: [108],
  OFFSET_MOVED_TO_TIERED_STORAGE: [109],
  FENCED_MEMBER_EPOCH: [110],
  UNRELEASED_INSTANCE_ID: [111],
  UNSUPPORTED_ASSIGNOR: [112],
  STALE_MEMBER_EPOCH: [113],
  MISMATCHED_ENDPOINT_TYPE: [114],
  UNSUPPORTED_ENDPOINT_TYPE: [115],
  UNKNOWN_CONTROLLER_ID: [116],
  UNKNOWN_SUBSCRIPTION_ID: [117],
  TELEMETRY_TOO_LARGE: [118],
  INVALID_REGISTRATION: [119],
  TRANSACTION_ABORTABLE: [120],
  INVALID_RECORD_STATE: [121],
  SHARE_SESSION_NOT_FOUND: [122, true],
  INVALID_SHARE_SESSION_EPOCH: [123, true],
  FENCED_STATE_EPOCH: [124],
  INVALID_VOTER_KEY: [125],
  DUPLICATE_VOTER: [126],
  VOTER_NOT_FOUND: [127],
  INVALID_REGULAR_EXPRESSION: [128],
  REBOOTSTRAP_REQUIRED: [129],
  STREAMS_INVALID_TOPOLOGY: [130],
  STREAMS_INVALID_TOPOLOGY_EPOCH: [131],
  STREAMS_TOPOLOGY_FENCED: [132],
  SHARE_SESSION_LIMIT_REACHED: [133, true],
} as const satisfies Record<string, readonly [code: number, retriable?: true]>

export type ErrorName = keyof typeof table

/** Codes by name: `ErrorCode.NOT_LEADER_OR_FOLLOWER`. */
export const ErrorCode = Object.fromEntries(Object.entries(table).map(([name, [code]]) => [name, code])) as {
  readonly [N in ErrorName]: (typeof table)[N][0]
}

export const errors: readonly ErrorInfo[] = Object.entries(table).map(([name, row]) => ({
  name,
  code: row[0],
  retriable: row.length > 1,
}))

const byCode = new Map(errors.map((e) => [e.code, e]))

/** The error of a code; a code that this version does not know is UNKNOWN_SERVER_ERROR's. */
export const errorOf = (code: number): ErrorInfo => byCode.get(code) ?? byCode.get(ErrorCode.UNKNOWN_SERVER_ERROR)!

/** What is wrong with one record of a batch that was refused (KIP-467). */
export interface RecordError {
  /** Its place in the batch, from 0. */
  readonly batchIndex: number
  readonly message: string
}

interface KafkaErrorOptions extends ErrorOptions {
  readonly recordErrors?: readonly RecordError[]
}

/** An error that has a code on the wire. `message` says what happened, to what, and what to do. */
export class KafkaError extends Error {
  readonly code: number
  readonly retriable: boolean
  /** For a batch that was refused for some of its records: those. */
  readonly recordErrors: readonly RecordError[]

  constructor(name: ErrorName, message?: string, options?: KafkaErrorOptions) {
    super(message ?? name, options)
    this.name = name
    const info = errorOf(ErrorCode[name])
    this.code = info.code
    this.retriable = info.retriable
    this.recordErrors = options?.recordErrors ?? none
  }
}

const none: readonly RecordError[] = []
