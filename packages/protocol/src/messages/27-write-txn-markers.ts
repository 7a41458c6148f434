import { array, bool, type Decoded, int8, int16, int32, int64, message, string } from '../codec/schema.ts'

/** WriteTxnMarkers (27): a transaction coordinator writes its markers to partition leaders. KIP-98. */
export const writeTxnMarkersRequest = message({
  name: 'WriteTxnMarkersRequest',
  api: 27,
  versions: [1, 2],
  flexible: 1,
  fields: {
    markers: array({
      producerId: int64,
      producerEpoch: int16,
      transactionResult: bool,
      topics: array({ name: string, partitionIndexes: array(int32) }),
      coordinatorEpoch: int32,
      transactionVersion: int8.since(2),
    }),
  },
})
export interface WriteTxnMarkersRequest extends Decoded<typeof writeTxnMarkersRequest> {}

export const writeTxnMarkersResponse = message({
  name: 'WriteTxnMarkersResponse',
  api: 27,
  versions: [1, 2],
  flexible: 1,
  fields: {
    markers: array({
      producerId: int64,
      topics: array({
        name: string,
        partitions: array({ partitionIndex: int32, errorCode: int16 }),
      }),
    }),
  },
})
export interface WriteTxnMarkersResponse extends Decoded<typeof writeTxnMarkersResponse> {}
