import { array, type Decoded, int16, int32, message, string, struct, uuid } from '../codec/schema.ts'

/** ConsumerGroupHeartbeat (68): a member of a KIP-848 consumer group says that it is alive and gets its assignment. */
export const consumerGroupHeartbeatRequest = message({
  name: 'ConsumerGroupHeartbeatRequest',
  api: 68,
  versions: [0, 1],
  flexible: 0,
  fields: {
    groupId: string,
    memberId: string,
    memberEpoch: int32,
    instanceId: string.nullable().default(null),
    rackId: string.nullable().default(null),
    rebalanceTimeoutMs: int32.default(-1),
    subscribedTopicNames: array(string).nullable().default(null),
    subscribedTopicRegex: string.since(1).nullable().default(null),
    serverAssignor: string.nullable().default(null),
    topicPartitions: array({ topicId: uuid, partitions: array(int32) })
      .nullable()
      .default(null),
  },
})
export interface ConsumerGroupHeartbeatRequest extends Decoded<typeof consumerGroupHeartbeatRequest> {}

const topicPartitions = { topicId: uuid, partitions: array(int32) }

export const consumerGroupHeartbeatResponse = message({
  name: 'ConsumerGroupHeartbeatResponse',
  api: 68,
  versions: [0, 1],
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
export interface ConsumerGroupHeartbeatResponse extends Decoded<typeof consumerGroupHeartbeatResponse> {}
