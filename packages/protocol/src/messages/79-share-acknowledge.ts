import { array, bool, type Decoded, int8, int16, int32, int64, message, string, struct, uuid } from '../codec/schema.ts'

/** ShareAcknowledge (79): acknowledge acquired records. KIP-932. */
export const shareAcknowledgeRequest = message({
  name: 'ShareAcknowledgeRequest',
  api: 79,
  versions: [1, 2],
  flexible: 0,
  fields: {
    groupId: string.nullable().default(null),
    memberId: string.nullable(),
    shareSessionEpoch: int32,
    isRenewAck: bool.since(2),
    topics: array({
      topicId: uuid,
      partitions: array({
        partitionIndex: int32,
        acknowledgementBatches: array({ firstOffset: int64, lastOffset: int64, acknowledgeTypes: array(int8) }),
      }),
    }),
  },
})
export interface ShareAcknowledgeRequest extends Decoded<typeof shareAcknowledgeRequest> {}

export const shareAcknowledgeResponse = message({
  name: 'ShareAcknowledgeResponse',
  api: 79,
  versions: [1, 2],
  flexible: 0,
  fields: {
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: string.nullable().default(null),
    acquisitionLockTimeoutMs: int32.since(2),
    responses: array({
      topicId: uuid,
      partitions: array({
        partitionIndex: int32,
        errorCode: int16,
        errorMessage: string.nullable().default(null),
        currentLeader: struct({ leaderId: int32, leaderEpoch: int32 }),
      }),
    }),
    nodeEndpoints: array({ nodeId: int32, host: string, port: int32, rack: string.nullable().default(null) }),
  },
})
export interface ShareAcknowledgeResponse extends Decoded<typeof shareAcknowledgeResponse> {}
