import { array, type Decoded, int8, int16, int32, int64, message, string } from '../codec/schema.ts'

/** ListOffsets (2): find offsets by time, or the earliest, latest and others by negative timestamps. KIP-734, 405. */
export const listOffsetsRequest = message({
  name: 'ListOffsetsRequest',
  api: 2,
  versions: [1, 11],
  flexible: 6,
  fields: {
    replicaId: int32,
    isolationLevel: int8.since(2),
    topics: array({
      name: string,
      partitions: array({
        partitionIndex: int32,
        currentLeaderEpoch: int32.since(4).default(-1),
        timestamp: int64,
      }),
    }),
    timeoutMs: int32.since(10),
  },
})
export interface ListOffsetsRequest extends Decoded<typeof listOffsetsRequest> {}

export const listOffsetsResponse = message({
  name: 'ListOffsetsResponse',
  api: 2,
  versions: [1, 11],
  flexible: 6,
  fields: {
    throttleTimeMs: int32.since(2),
    topics: array({
      name: string,
      partitions: array({
        partitionIndex: int32,
        errorCode: int16,
        timestamp: int64.default(-1),
        offset: int64.default(-1),
        leaderEpoch: int32.since(4).default(-1),
      }),
    }),
  },
})
export interface ListOffsetsResponse extends Decoded<typeof listOffsetsResponse> {}
