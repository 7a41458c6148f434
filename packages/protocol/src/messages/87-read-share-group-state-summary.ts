import { array, type Decoded, int16, int32, int64, message, string, uuid } from '../codec/schema.ts'

/** ReadShareGroupStateSummary (87): read a summary of the state of share partitions. KIP-932. */
export const readShareGroupStateSummaryRequest = message({
  name: 'ReadShareGroupStateSummaryRequest',
  api: 87,
  versions: [0, 1],
  flexible: 0,
  fields: {
    groupId: string,
    topics: array({
      topicId: uuid,
      partitions: array({ partition: int32, leaderEpoch: int32 }),
    }),
  },
})
export interface ReadShareGroupStateSummaryRequest extends Decoded<typeof readShareGroupStateSummaryRequest> {}

export const readShareGroupStateSummaryResponse = message({
  name: 'ReadShareGroupStateSummaryResponse',
  api: 87,
  versions: [0, 1],
  flexible: 0,
  fields: {
    results: array({
      topicId: uuid,
      partitions: array({
        partition: int32,
        errorCode: int16,
        errorMessage: string.nullable().default(null),
        stateEpoch: int32,
        leaderEpoch: int32,
        startOffset: int64,
        deliveryCompleteCount: int32.since(1).default(-1),
      }),
    }),
  },
})
export interface ReadShareGroupStateSummaryResponse extends Decoded<typeof readShareGroupStateSummaryResponse> {}
