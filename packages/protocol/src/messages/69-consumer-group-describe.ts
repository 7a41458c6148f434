import { array, bool, type Decoded, int8, int16, int32, message, string, struct, uuid } from '../codec/schema.ts'

/** ConsumerGroupDescribe (69): state and members of KIP-848 consumer groups. */
export const consumerGroupDescribeRequest = message({
  name: 'ConsumerGroupDescribeRequest',
  api: 69,
  versions: [0, 1],
  flexible: 0,
  fields: { groupIds: array(string), includeAuthorizedOperations: bool },
})
export interface ConsumerGroupDescribeRequest extends Decoded<typeof consumerGroupDescribeRequest> {}

const topicPartitions = { topicId: uuid, topicName: string, partitions: array(int32) }

const assignment = { topicPartitions: array(topicPartitions) }

export const consumerGroupDescribeResponse = message({
  name: 'ConsumerGroupDescribeResponse',
  api: 69,
  versions: [0, 1],
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
      assignorName: string,
      members: array({
        memberId: string,
        instanceId: string.nullable().default(null),
        rackId: string.nullable().default(null),
        memberEpoch: int32,
        clientId: string,
        clientHost: string,
        subscribedTopicNames: array(string),
        subscribedTopicRegex: string.nullable().default(null),
        assignment: struct(assignment),
        targetAssignment: struct(assignment),
        memberType: int8.since(1).default(-1),
      }),
      authorizedOperations: int32.default(-2147483648),
    }),
  },
})
export interface ConsumerGroupDescribeResponse extends Decoded<typeof consumerGroupDescribeResponse> {}
