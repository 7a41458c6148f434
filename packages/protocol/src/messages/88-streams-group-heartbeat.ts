import {
  array,
  bool,
  type Decoded,
  int8,
  int16,
  int32,
  int64,
  message,
  string,
  struct,
  uint16,
} from '../codec/schema.ts'

/** StreamsGroupHeartbeat (88): a member of a streams group says that it is alive and gets its tasks. KIP-1071. */
const keyValue = { key: string, value: string }

const topicInfo = { name: string, partitions: int32, replicationFactor: int16, topicConfigs: array(keyValue) }

const streamsGroupHeartbeatRequestEndpoint = { host: string, port: uint16 }

const taskOffset = { subtopologyId: string, partition: int32, offset: int64 }

const streamsGroupHeartbeatRequestTaskIds = { subtopologyId: string, partitions: array(int32) }

export const streamsGroupHeartbeatRequest = message({
  name: 'StreamsGroupHeartbeatRequest',
  api: 88,
  versions: [0, 0],
  flexible: 0,
  fields: {
    groupId: string,
    memberId: string,
    memberEpoch: int32,
    endpointInformationEpoch: int32,
    instanceId: string.nullable().default(null),
    rackId: string.nullable().default(null),
    rebalanceTimeoutMs: int32.default(-1),
    topology: struct({
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
    })
      .nullable()
      .default(null),
    activeTasks: array(streamsGroupHeartbeatRequestTaskIds).nullable().default(null),
    standbyTasks: array(streamsGroupHeartbeatRequestTaskIds).nullable().default(null),
    warmupTasks: array(streamsGroupHeartbeatRequestTaskIds).nullable().default(null),
    processId: string.nullable().default(null),
    userEndpoint: struct(streamsGroupHeartbeatRequestEndpoint).nullable().default(null),
    clientTags: array(keyValue).nullable().default(null),
    taskOffsets: array(taskOffset).nullable().default(null),
    taskEndOffsets: array(taskOffset).nullable().default(null),
    shutdownApplication: bool,
  },
})
export interface StreamsGroupHeartbeatRequest extends Decoded<typeof streamsGroupHeartbeatRequest> {}

const status = { statusCode: int8, statusDetail: string }

const topicPartition = { topic: string, partitions: array(int32) }

const streamsGroupHeartbeatResponseTaskIds = { subtopologyId: string, partitions: array(int32) }

const streamsGroupHeartbeatResponseEndpoint = { host: string, port: uint16 }

export const streamsGroupHeartbeatResponse = message({
  name: 'StreamsGroupHeartbeatResponse',
  api: 88,
  versions: [0, 0],
  flexible: 0,
  fields: {
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: string.nullable().default(null),
    memberId: string,
    memberEpoch: int32,
    heartbeatIntervalMs: int32,
    acceptableRecoveryLag: int32,
    taskOffsetIntervalMs: int32,
    status: array(status).nullable(),
    activeTasks: array(streamsGroupHeartbeatResponseTaskIds).nullable().default(null),
    standbyTasks: array(streamsGroupHeartbeatResponseTaskIds).nullable().default(null),
    warmupTasks: array(streamsGroupHeartbeatResponseTaskIds).nullable().default(null),
    endpointInformationEpoch: int32,
    partitionsByUserEndpoint: array({
      userEndpoint: struct(streamsGroupHeartbeatResponseEndpoint),
      activePartitions: array(topicPartition),
      standbyPartitions: array(topicPartition),
    })
      .nullable()
      .default(null),
  },
})
export interface StreamsGroupHeartbeatResponse extends Decoded<typeof streamsGroupHeartbeatResponse> {}
