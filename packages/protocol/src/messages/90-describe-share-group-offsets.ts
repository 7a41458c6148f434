import { array, type Decoded, int16, int32, int64, message, string, uuid } from '../codec/schema.ts'

/** DescribeShareGroupOffsets (90): start offsets of share groups. KIP-932. */
export const describeShareGroupOffsetsRequest = message({
  name: 'DescribeShareGroupOffsetsRequest',
  api: 90,
  versions: [0, 1],
  flexible: 0,
  fields: {
    groups: array({
      groupId: string,
      topics: array({ topicName: string, partitions: array(int32) }).nullable(),
    }),
  },
})
export interface DescribeShareGroupOffsetsRequest extends Decoded<typeof describeShareGroupOffsetsRequest> {}

export const describeShareGroupOffsetsResponse = message({
  name: 'DescribeShareGroupOffsetsResponse',
  api: 90,
  versions: [0, 1],
  flexible: 0,
  fields: {
    throttleTimeMs: int32,
    groups: array({
      groupId: string,
      topics: array({
        topicName: string,
        topicId: uuid,
        partitions: array({
          partitionIndex: int32,
          startOffset: int64,
          leaderEpoch: int32,
          lag: int64.since(1).default(-1),
          errorCode: int16,
          errorMessage: string.nullable().default(null),
        }),
      }),
      errorCode: int16,
      errorMessage: string.nullable().default(null),
    }),
  },
})
export interface DescribeShareGroupOffsetsResponse extends Decoded<typeof describeShareGroupOffsetsResponse> {}
