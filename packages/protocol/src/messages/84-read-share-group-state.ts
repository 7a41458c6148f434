import { array, type Decoded, int8, int16, int32, int64, message, string, uuid } from '../codec/schema.ts'

/** ReadShareGroupState (84): read the state of share partitions. KIP-932. */
export const readShareGroupStateRequest = message({
  name: 'ReadShareGroupStateRequest',
  api: 84,
  versions: [0, 0],
  flexible: 0,
  fields: {
    groupId: string,
    topics: array({
      topicId: uuid,
      partitions: array({ partition: int32, leaderEpoch: int32 }),
    }),
  },
})
export interface ReadShareGroupStateRequest extends Decoded<typeof readShareGroupStateRequest> {}

export const readShareGroupStateResponse = message({
  name: 'ReadShareGroupStateResponse',
  api: 84,
  versions: [0, 0],
  flexible: 0,
  fields: {
    results: array({
      topicId: uuid,
      partitions: array({
        partition: int32,
        errorCode: int16,
        errorMessage: string.nullable().default(null),
        stateEpoch: int32,
        startOffset: int64,
        stateBatches: array({ firstOffset: int64, lastOffset: int64, deliveryState: int8, deliveryCount: int16 }),
      }),
    }),
  },
})
export interface ReadShareGroupStateResponse extends Decoded<typeof readShareGroupStateResponse> {}
