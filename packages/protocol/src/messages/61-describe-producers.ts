import { array, type Decoded, int16, int32, int64, message, string } from '../codec/schema.ts'

/** DescribeProducers (61): active producers of partitions. KIP-664. */
export const describeProducersRequest = message({
  name: 'DescribeProducersRequest',
  api: 61,
  versions: [0, 0],
  flexible: 0,
  fields: {
    topics: array({ name: string, partitionIndexes: array(int32) }),
  },
})
export interface DescribeProducersRequest extends Decoded<typeof describeProducersRequest> {}

export const describeProducersResponse = message({
  name: 'DescribeProducersResponse',
  api: 61,
  versions: [0, 0],
  flexible: 0,
  fields: {
    throttleTimeMs: int32,
    topics: array({
      name: string,
      partitions: array({
        partitionIndex: int32,
        errorCode: int16,
        errorMessage: string.nullable().default(null),
        activeProducers: array({
          producerId: int64,
          producerEpoch: int32,
          lastSequence: int32.default(-1),
          lastTimestamp: int64.default(-1),
          coordinatorEpoch: int32,
          currentTxnStartOffset: int64.default(-1),
        }),
      }),
    }),
  },
})
export interface DescribeProducersResponse extends Decoded<typeof describeProducersResponse> {}
