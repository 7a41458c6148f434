import { array, type Decoded, int8, int16, int32, int64, message, string, uuid } from '../codec/schema.ts'

/** WriteShareGroupState (85): write the state of share partitions. KIP-932. */
export const writeShareGroupStateRequest = message({
  name: 'WriteShareGroupStateRequest',
  api: 85,
  versions: [0, 1],
  flexible: 0,
  fields: {
    groupId: string,
    topics: array({
      topicId: uuid,
      partitions: array({
        partition: int32,
        stateEpoch: int32,
        leaderEpoch: int32,
        startOffset: int64,
        deliveryCompleteCount: int32.since(1).default(-1),
        stateBatches: array({ firstOffset: int64, lastOffset: int64, deliveryState: int8, deliveryCount: int16 }),
      }),
    }),
  },
})
export interface WriteShareGroupStateRequest extends Decoded<typeof writeShareGroupStateRequest> {}

export const writeShareGroupStateResponse = message({
  name: 'WriteShareGroupStateResponse',
  api: 85,
  versions: [0, 1],
  flexible: 0,
  fields: {
    results: array({
      topicId: uuid,
      partitions: array({ partition: int32, errorCode: int16, errorMessage: string.nullable().default(null) }),
    }),
  },
})
export interface WriteShareGroupStateResponse extends Decoded<typeof writeShareGroupStateResponse> {}
