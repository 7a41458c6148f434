import { array, type Decoded, int8, int32, int64, message, never, string, uuid } from '../codec/schema.ts'

/** Records of share groups (KIP-932) in `__consumer_offsets`. */
export const shareGroupMemberMetadataKey = message({
  name: 'ShareGroupMemberMetadataKey',
  api: 10,
  versions: [0, 0],
  flexible: never,
  fields: { groupId: string, memberId: string },
})
export interface ShareGroupMemberMetadataKey extends Decoded<typeof shareGroupMemberMetadataKey> {}

export const shareGroupMemberMetadataValue = message({
  name: 'ShareGroupMemberMetadataValue',
  api: 10,
  versions: [0, 0],
  flexible: 0,
  fields: {
    rackId: string.nullable(),
    clientId: string,
    clientHost: string,
    subscribedTopicNames: array(string),
  },
})
export interface ShareGroupMemberMetadataValue extends Decoded<typeof shareGroupMemberMetadataValue> {}

export const shareGroupMetadataKey = message({
  name: 'ShareGroupMetadataKey',
  api: 11,
  versions: [0, 0],
  flexible: never,
  fields: { groupId: string },
})
export interface ShareGroupMetadataKey extends Decoded<typeof shareGroupMetadataKey> {}

export const shareGroupMetadataValue = message({
  name: 'ShareGroupMetadataValue',
  api: 11,
  versions: [0, 0],
  flexible: 0,
  fields: { epoch: int32, metadataHash: int64 },
})
export interface ShareGroupMetadataValue extends Decoded<typeof shareGroupMetadataValue> {}

export const shareGroupTargetAssignmentMetadataKey = message({
  name: 'ShareGroupTargetAssignmentMetadataKey',
  api: 12,
  versions: [0, 0],
  flexible: never,
  fields: { groupId: string },
})
export interface ShareGroupTargetAssignmentMetadataKey extends Decoded<typeof shareGroupTargetAssignmentMetadataKey> {}

export const shareGroupTargetAssignmentMetadataValue = message({
  name: 'ShareGroupTargetAssignmentMetadataValue',
  api: 12,
  versions: [0, 0],
  flexible: 0,
  fields: { assignmentEpoch: int32, assignmentTimestamp: int64.tag(0) },
})
export interface ShareGroupTargetAssignmentMetadataValue
  extends Decoded<typeof shareGroupTargetAssignmentMetadataValue> {}

export const shareGroupTargetAssignmentMemberKey = message({
  name: 'ShareGroupTargetAssignmentMemberKey',
  api: 13,
  versions: [0, 0],
  flexible: never,
  fields: { groupId: string, memberId: string },
})
export interface ShareGroupTargetAssignmentMemberKey extends Decoded<typeof shareGroupTargetAssignmentMemberKey> {}

export const shareGroupTargetAssignmentMemberValue = message({
  name: 'ShareGroupTargetAssignmentMemberValue',
  api: 13,
  versions: [0, 0],
  flexible: 0,
  fields: {
    topicPartitions: array({ topicId: uuid, partitions: array(int32) }),
  },
})
export interface ShareGroupTargetAssignmentMemberValue extends Decoded<typeof shareGroupTargetAssignmentMemberValue> {}

export const shareGroupCurrentMemberAssignmentKey = message({
  name: 'ShareGroupCurrentMemberAssignmentKey',
  api: 14,
  versions: [0, 0],
  flexible: never,
  fields: { groupId: string, memberId: string },
})
export interface ShareGroupCurrentMemberAssignmentKey extends Decoded<typeof shareGroupCurrentMemberAssignmentKey> {}

const topicPartitions = { topicId: uuid, partitions: array(int32) }

export const shareGroupCurrentMemberAssignmentValue = message({
  name: 'ShareGroupCurrentMemberAssignmentValue',
  api: 14,
  versions: [0, 0],
  flexible: 0,
  fields: {
    memberEpoch: int32,
    previousMemberEpoch: int32,
    state: int8,
    assignedPartitions: array(topicPartitions),
  },
})
export interface ShareGroupCurrentMemberAssignmentValue
  extends Decoded<typeof shareGroupCurrentMemberAssignmentValue> {}

export const shareGroupStatePartitionMetadataKey = message({
  name: 'ShareGroupStatePartitionMetadataKey',
  api: 15,
  versions: [0, 0],
  flexible: never,
  fields: { groupId: string },
})
export interface ShareGroupStatePartitionMetadataKey extends Decoded<typeof shareGroupStatePartitionMetadataKey> {}

const topicPartitionsInfo = { topicId: uuid, topicName: string, partitions: array(int32) }

const topicInfo = { topicId: uuid, topicName: string }

export const shareGroupStatePartitionMetadataValue = message({
  name: 'ShareGroupStatePartitionMetadataValue',
  api: 15,
  versions: [0, 0],
  flexible: 0,
  fields: {
    initializingTopics: array(topicPartitionsInfo),
    initializedTopics: array(topicPartitionsInfo),
    deletingTopics: array(topicInfo),
  },
})
export interface ShareGroupStatePartitionMetadataValue extends Decoded<typeof shareGroupStatePartitionMetadataValue> {}
