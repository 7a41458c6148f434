import {
  array,
  type Decoded,
  int8,
  int16,
  int32,
  int64,
  message,
  never,
  string,
  struct,
  uint16,
} from '../codec/schema.ts'

/** Records of streams groups (KIP-1071) in `__consumer_offsets`. */
export const streamsGroupMetadataKey = message({
  name: 'StreamsGroupMetadataKey',
  api: 17,
  versions: [0, 0],
  flexible: never,
  fields: { groupId: string },
})
export interface StreamsGroupMetadataKey extends Decoded<typeof streamsGroupMetadataKey> {}

const lastAssignmentConfig = { key: string, value: string }

export const streamsGroupMetadataValue = message({
  name: 'StreamsGroupMetadataValue',
  api: 17,
  versions: [0, 0],
  flexible: 0,
  fields: {
    epoch: int32,
    metadataHash: int64,
    validatedTopologyEpoch: int32.tag(0).default(-1),
    lastAssignmentConfigs: array(lastAssignmentConfig).nullable().tag(1).default(null),
  },
})
export interface StreamsGroupMetadataValue extends Decoded<typeof streamsGroupMetadataValue> {}

export const streamsGroupMemberMetadataKey = message({
  name: 'StreamsGroupMemberMetadataKey',
  api: 19,
  versions: [0, 0],
  flexible: never,
  fields: { groupId: string, memberId: string },
})
export interface StreamsGroupMemberMetadataKey extends Decoded<typeof streamsGroupMemberMetadataKey> {}

const endpoint = { host: string, port: uint16 }

const keyValue = { key: string, value: string }

export const streamsGroupMemberMetadataValue = message({
  name: 'StreamsGroupMemberMetadataValue',
  api: 19,
  versions: [0, 0],
  flexible: 0,
  fields: {
    instanceId: string.nullable(),
    rackId: string.nullable(),
    clientId: string,
    clientHost: string,
    rebalanceTimeoutMs: int32.default(-1),
    topologyEpoch: int32,
    processId: string,
    userEndpoint: struct(endpoint).nullable().default(null),
    clientTags: array(keyValue),
  },
})
export interface StreamsGroupMemberMetadataValue extends Decoded<typeof streamsGroupMemberMetadataValue> {}

export const streamsGroupTargetAssignmentMetadataKey = message({
  name: 'StreamsGroupTargetAssignmentMetadataKey',
  api: 20,
  versions: [0, 0],
  flexible: never,
  fields: { groupId: string },
})
export interface StreamsGroupTargetAssignmentMetadataKey
  extends Decoded<typeof streamsGroupTargetAssignmentMetadataKey> {}

export const streamsGroupTargetAssignmentMetadataValue = message({
  name: 'StreamsGroupTargetAssignmentMetadataValue',
  api: 20,
  versions: [0, 0],
  flexible: 0,
  fields: { assignmentEpoch: int32, assignmentTimestamp: int64.tag(0) },
})
export interface StreamsGroupTargetAssignmentMetadataValue
  extends Decoded<typeof streamsGroupTargetAssignmentMetadataValue> {}

export const streamsGroupTargetAssignmentMemberKey = message({
  name: 'StreamsGroupTargetAssignmentMemberKey',
  api: 21,
  versions: [0, 0],
  flexible: never,
  fields: { groupId: string, memberId: string },
})
export interface StreamsGroupTargetAssignmentMemberKey extends Decoded<typeof streamsGroupTargetAssignmentMemberKey> {}

const streamsGroupTargetAssignmentMemberValueTaskIds = { subtopologyId: string, partitions: array(int32) }

export const streamsGroupTargetAssignmentMemberValue = message({
  name: 'StreamsGroupTargetAssignmentMemberValue',
  api: 21,
  versions: [0, 0],
  flexible: 0,
  fields: {
    activeTasks: array(streamsGroupTargetAssignmentMemberValueTaskIds),
    standbyTasks: array(streamsGroupTargetAssignmentMemberValueTaskIds),
    warmupTasks: array(streamsGroupTargetAssignmentMemberValueTaskIds),
  },
})
export interface StreamsGroupTargetAssignmentMemberValue
  extends Decoded<typeof streamsGroupTargetAssignmentMemberValue> {}

export const streamsGroupCurrentMemberAssignmentKey = message({
  name: 'StreamsGroupCurrentMemberAssignmentKey',
  api: 22,
  versions: [0, 0],
  flexible: never,
  fields: { groupId: string, memberId: string },
})
export interface StreamsGroupCurrentMemberAssignmentKey
  extends Decoded<typeof streamsGroupCurrentMemberAssignmentKey> {}

const streamsGroupCurrentMemberAssignmentValueTaskIds = {
  subtopologyId: string,
  partitions: array(int32),
  assignmentEpochs: array(int32).nullable().tag(0).default(null),
}

export const streamsGroupCurrentMemberAssignmentValue = message({
  name: 'StreamsGroupCurrentMemberAssignmentValue',
  api: 22,
  versions: [0, 0],
  flexible: 0,
  fields: {
    memberEpoch: int32,
    previousMemberEpoch: int32,
    state: int8,
    activeTasks: array(streamsGroupCurrentMemberAssignmentValueTaskIds),
    standbyTasks: array(streamsGroupCurrentMemberAssignmentValueTaskIds),
    warmupTasks: array(streamsGroupCurrentMemberAssignmentValueTaskIds),
    activeTasksPendingRevocation: array(streamsGroupCurrentMemberAssignmentValueTaskIds),
    standbyTasksPendingRevocation: array(streamsGroupCurrentMemberAssignmentValueTaskIds),
    warmupTasksPendingRevocation: array(streamsGroupCurrentMemberAssignmentValueTaskIds),
  },
})
export interface StreamsGroupCurrentMemberAssignmentValue
  extends Decoded<typeof streamsGroupCurrentMemberAssignmentValue> {}

export const streamsGroupTopologyKey = message({
  name: 'StreamsGroupTopologyKey',
  api: 23,
  versions: [0, 0],
  flexible: never,
  fields: { groupId: string },
})
export interface StreamsGroupTopologyKey extends Decoded<typeof streamsGroupTopologyKey> {}

const topicConfig = { key: string, value: string }

const topicInfo = { name: string, partitions: int32, replicationFactor: int16, topicConfigs: array(topicConfig) }

export const streamsGroupTopologyValue = message({
  name: 'StreamsGroupTopologyValue',
  api: 23,
  versions: [0, 0],
  flexible: 0,
  fields: {
    epoch: int32,
    subtopologies: array({
      subtopologyId: string,
      sourceTopics: array(string),
      sourceTopicRegex: array(string),
      stateChangelogTopics: array(topicInfo),
      repartitionSinkTopics: array(string),
      repartitionSourceTopics: array(topicInfo),
      copartitionGroups: array({
        sourceTopics: array(int16),
        sourceTopicRegex: array(int16),
        repartitionSourceTopics: array(int16),
      }),
    }),
  },
})
export interface StreamsGroupTopologyValue extends Decoded<typeof streamsGroupTopologyValue> {}
