import { array, bool, type Decoded, int16, int32, message, string, struct, uuid } from '../codec/schema.ts'

/** ShareGroupDescribe (77): state and members of share groups. KIP-932. */
export const shareGroupDescribeRequest = message({
  name: 'ShareGroupDescribeRequest',
  api: 77,
  versions: [1, 1],
  flexible: 0,
  fields: { groupIds: array(string), includeAuthorizedOperations: bool },
})
export interface ShareGroupDescribeRequest extends Decoded<typeof shareGroupDescribeRequest> {}

const topicPartitions = { topicId: uuid, topicName: string, partitions: array(int32) }

const assignment = { topicPartitions: array(topicPartitions) }

export const shareGroupDescribeResponse = message({
  name: 'ShareGroupDescribeResponse',
  api: 77,
  versions: [1, 1],
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
        rackId: string.nullable().default(null),
        memberEpoch: int32,
        clientId: string,
        clientHost: string,
        subscribedTopicNames: array(string),
        assignment: struct(assignment),
      }),
      authorizedOperations: int32.default(-2147483648),
    }),
  },
})
export interface ShareGroupDescribeResponse extends Decoded<typeof shareGroupDescribeResponse> {}
