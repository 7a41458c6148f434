import { array, type Decoded, int16, int32, message, string, struct, uuid } from '../codec/schema.ts'

/** ShareGroupHeartbeat (76): a member of a share group says that it is alive and gets its assignment. KIP-932. */
export const shareGroupHeartbeatRequest = message({
  name: 'ShareGroupHeartbeatRequest',
  api: 76,
  versions: [1, 1],
  flexible: 0,
  fields: {
    groupId: string,
    memberId: string,
    memberEpoch: int32,
    rackId: string.nullable().default(null),
    subscribedTopicNames: array(string).nullable().default(null),
  },
})
export interface ShareGroupHeartbeatRequest extends Decoded<typeof shareGroupHeartbeatRequest> {}

const topicPartitions = { topicId: uuid, partitions: array(int32) }

export const shareGroupHeartbeatResponse = message({
  name: 'ShareGroupHeartbeatResponse',
  api: 76,
  versions: [1, 1],
  flexible: 0,
  fields: {
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: string.nullable().default(null),
    memberId: string.nullable().default(null),
    memberEpoch: int32,
    heartbeatIntervalMs: int32,
    assignment: struct({ topicPartitions: array(topicPartitions) })
      .nullable()
      .default(null),
  },
})
export interface ShareGroupHeartbeatResponse extends Decoded<typeof shareGroupHeartbeatResponse> {}
