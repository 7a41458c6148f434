import {
  array,
  bytes,
  type Decoded,
  int8,
  int32,
  int64,
  message,
  never,
  string,
  struct,
  uuid,
} from '../codec/schema.ts'

/** Records of KIP-848 consumer groups in `__consumer_offsets`. */
export const consumerGroupMetadataKey = message({
  name: 'ConsumerGroupMetadataKey',
  api: 3,
  versions: [0, 0],
  flexible: never,
  fields: { groupId: string },
})
export interface ConsumerGroupMetadataKey extends Decoded<typeof consumerGroupMetadataKey> {}

export const consumerGroupMetadataValue = message({
  name: 'ConsumerGroupMetadataValue',
  api: 3,
  versions: [0, 0],
  flexible: 0,
  fields: { epoch: int32, metadataHash: int64.tag(0) },
})
export interface ConsumerGroupMetadataValue extends Decoded<typeof consumerGroupMetadataValue> {}

export const consumerGroupPartitionMetadataKey = message({
  name: 'ConsumerGroupPartitionMetadataKey',
  api: 4,
  versions: [0, 0],
  flexible: never,
  fields: { groupId: string },
})
export interface ConsumerGroupPartitionMetadataKey extends Decoded<typeof consumerGroupPartitionMetadataKey> {}

export const consumerGroupPartitionMetadataValue = message({
  name: 'ConsumerGroupPartitionMetadataValue',
  api: 4,
  versions: [0, 0],
  flexible: 0,
  fields: {
    topics: array({
      topicId: uuid,
      topicName: string,
      numPartitions: int32,
      partitionMetadata: array({ partition: int32, racks: array(string) }),
    }),
  },
})
export interface ConsumerGroupPartitionMetadataValue extends Decoded<typeof consumerGroupPartitionMetadataValue> {}

export const consumerGroupMemberMetadataKey = message({
  name: 'ConsumerGroupMemberMetadataKey',
  api: 5,
  versions: [0, 0],
  flexible: never,
  fields: { groupId: string, memberId: string },
})
export interface ConsumerGroupMemberMetadataKey extends Decoded<typeof consumerGroupMemberMetadataKey> {}

export const consumerGroupMemberMetadataValue = message({
  name: 'ConsumerGroupMemberMetadataValue',
  api: 5,
  versions: [0, 0],
  flexible: 0,
  fields: {
    instanceId: string.nullable(),
    rackId: string.nullable(),
    clientId: string,
    clientHost: string,
    subscribedTopicNames: array(string),
    subscribedTopicRegex: string.nullable(),
    rebalanceTimeoutMs: int32.default(-1),
    serverAssignor: string.nullable(),
    classicMemberMetadata: struct({
      sessionTimeoutMs: int32,
      supportedProtocols: array({ name: string, metadata: bytes }),
    })
      .nullable()
      .tag(0)
      .default(null),
  },
})
export interface ConsumerGroupMemberMetadataValue extends Decoded<typeof consumerGroupMemberMetadataValue> {}

export const consumerGroupTargetAssignmentMetadataKey = message({
  name: 'ConsumerGroupTargetAssignmentMetadataKey',
  api: 6,
  versions: [0, 0],
  flexible: never,
  fields: { groupId: string },
})
export interface ConsumerGroupTargetAssignmentMetadataKey
  extends Decoded<typeof consumerGroupTargetAssignmentMetadataKey> {}

export const consumerGroupTargetAssignmentMetadataValue = message({
  name: 'ConsumerGroupTargetAssignmentMetadataValue',
  api: 6,
  versions: [0, 0],
  flexible: 0,
  fields: { assignmentEpoch: int32, assignmentTimestamp: int64.tag(0) },
})
export interface ConsumerGroupTargetAssignmentMetadataValue
  extends Decoded<typeof consumerGroupTargetAssignmentMetadataValue> {}

export const consumerGroupTargetAssignmentMemberKey = message({
  name: 'ConsumerGroupTargetAssignmentMemberKey',
  api: 7,
  versions: [0, 0],
  flexible: never,
  fields: { groupId: string, memberId: string },
})
export interface ConsumerGroupTargetAssignmentMemberKey
  extends Decoded<typeof consumerGroupTargetAssignmentMemberKey> {}

export const consumerGroupTargetAssignmentMemberValue = message({
  name: 'ConsumerGroupTargetAssignmentMemberValue',
  api: 7,
  versions: [0, 0],
  flexible: 0,
  fields: {
    topicPartitions: array({ topicId: uuid, partitions: array(int32) }),
  },
})
export interface ConsumerGroupTargetAssignmentMemberValue
  extends Decoded<typeof consumerGroupTargetAssignmentMemberValue> {}

export const consumerGroupCurrentMemberAssignmentKey = message({
  name: 'ConsumerGroupCurrentMemberAssignmentKey',
  api: 8,
  versions: [0, 0],
  flexible: never,
  fields: { groupId: string, memberId: string },
})
export interface ConsumerGroupCurrentMemberAssignmentKey
  extends Decoded<typeof consumerGroupCurrentMemberAssignmentKey> {}

const topicPartitions = {
  topicId: uuid,
  partitions: array(int32),
  assignmentEpochs: array(int32).nullable().tag(0).default(null),
}

export const consumerGroupCurrentMemberAssignmentValue = message({
  name: 'ConsumerGroupCurrentMemberAssignmentValue',
  api: 8,
  versions: [0, 0],
  flexible: 0,
  fields: {
    memberEpoch: int32,
    previousMemberEpoch: int32,
    state: int8,
    assignedPartitions: array(topicPartitions),
    partitionsPendingRevocation: array(topicPartitions),
  },
})
export interface ConsumerGroupCurrentMemberAssignmentValue
  extends Decoded<typeof consumerGroupCurrentMemberAssignmentValue> {}

export const consumerGroupRegularExpressionKey = message({
  name: 'ConsumerGroupRegularExpressionKey',
  api: 16,
  versions: [0, 0],
  flexible: never,
  fields: { groupId: string, regularExpression: string },
})
export interface ConsumerGroupRegularExpressionKey extends Decoded<typeof consumerGroupRegularExpressionKey> {}

export const consumerGroupRegularExpressionValue = message({
  name: 'ConsumerGroupRegularExpressionValue',
  api: 16,
  versions: [0, 0],
  flexible: 0,
  fields: { topics: array(string), version: int64, timestamp: int64 },
})
export interface ConsumerGroupRegularExpressionValue extends Decoded<typeof consumerGroupRegularExpressionValue> {}
