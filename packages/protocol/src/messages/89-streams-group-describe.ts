import { array, bool, type Decoded, int16, int32, int64, message, string, struct, uint16 } from '../codec/schema.ts'

/** StreamsGroupDescribe (89): state and members of streams groups. KIP-1071. */
export const streamsGroupDescribeRequest = message({
  name: 'StreamsGroupDescribeRequest',
  api: 89,
  versions: [0, 0],
  flexible: 0,
  fields: { groupIds: array(string), includeAuthorizedOperations: bool },
})
export interface StreamsGroupDescribeRequest extends Decoded<typeof streamsGroupDescribeRequest> {}

const endpoint = { host: string, port: uint16 }

const taskOffset = { subtopologyId: string, partition: int32, offset: int64 }

const taskIds = { subtopologyId: string, partitions: array(int32) }

const assignment = { activeTasks: array(taskIds), standbyTasks: array(taskIds), warmupTasks: array(taskIds) }

const keyValue = { key: string, value: string }

const topicInfo = { name: string, partitions: int32, replicationFactor: int16, topicConfigs: array(keyValue) }

export const streamsGroupDescribeResponse = message({
  name: 'StreamsGroupDescribeResponse',
  api: 89,
  versions: [0, 0],
  flexible: 0,
  fields: {
    throttleTimeMs: int32,
    groups: array({
      errorCode: int16,
      errorMessage: string.nullable().default(null),
      groupId: string,
      groupState: string,
      groupEpoch: int32,
      assignmentEpoch: int32,
      topology: struct({
        epoch: int32,
        subtopologies: array({
          subtopologyId: string,
          sourceTopics: array(string),
          repartitionSinkTopics: array(string),
          stateChangelogTopics: array(topicInfo),
          repartitionSourceTopics: array(topicInfo),
        })
          .nullable()
          .default(null),
      })
        .nullable()
        .default(null),
      members: array({
        memberId: string,
        memberEpoch: int32,
        instanceId: string.nullable().default(null),
        rackId: string.nullable().default(null),
        clientId: string,
        clientHost: string,
        topologyEpoch: int32,
        processId: string,
        userEndpoint: struct(endpoint).nullable().default(null),
        clientTags: array(keyValue),
        taskOffsets: array(taskOffset),
        taskEndOffsets: array(taskOffset),
        assignment: struct(assignment),
        targetAssignment: struct(assignment),
        isClassic: bool,
      }),
      authorizedOperations: int32.default(-2147483648),
    }),
  },
})
export interface StreamsGroupDescribeResponse extends Decoded<typeof streamsGroupDescribeResponse> {}
