import { array, type Decoded, int16, int32, int64, message, string } from '../codec/schema.ts'

/** OffsetForLeaderEpoch (23): the end offset of a leader epoch. KIP-101, 320. */
export const offsetForLeaderEpochRequest = message({
  name: 'OffsetForLeaderEpochRequest',
  api: 23,
  versions: [2, 4],
  flexible: 4,
  fields: {
    replicaId: int32.since(3).default(-2),
    topics: array({
      topic: string,
      partitions: array({ partition: int32, currentLeaderEpoch: int32.default(-1), leaderEpoch: int32 }),
    }),
  },
})
export interface OffsetForLeaderEpochRequest extends Decoded<typeof offsetForLeaderEpochRequest> {}

export const offsetForLeaderEpochResponse = message({
  name: 'OffsetForLeaderEpochResponse',
  api: 23,
  versions: [2, 4],
  flexible: 4,
  fields: {
    throttleTimeMs: int32,
    topics: array({
      topic: string,
      partitions: array({
        errorCode: int16,
        partition: int32,
        leaderEpoch: int32.default(-1),
        endOffset: int64.default(-1),
      }),
    }),
  },
})
export interface OffsetForLeaderEpochResponse extends Decoded<typeof offsetForLeaderEpochResponse> {}
