import { array, type Decoded, int16, int32, int64, message, string } from '../codec/schema.ts'

/** DeleteRecords (21): move the start of partitions forward. KIP-107. */
export const deleteRecordsRequest = message({
  name: 'DeleteRecordsRequest',
  api: 21,
  versions: [0, 2],
  flexible: 2,
  fields: {
    topics: array({
      name: string,
      partitions: array({ partitionIndex: int32, offset: int64 }),
    }),
    timeoutMs: int32,
  },
})
export interface DeleteRecordsRequest extends Decoded<typeof deleteRecordsRequest> {}

export const deleteRecordsResponse = message({
  name: 'DeleteRecordsResponse',
  api: 21,
  versions: [0, 2],
  flexible: 2,
  fields: {
    throttleTimeMs: int32,
    topics: array({
      name: string,
      partitions: array({ partitionIndex: int32, lowWatermark: int64, errorCode: int16 }),
    }),
  },
})
export interface DeleteRecordsResponse extends Decoded<typeof deleteRecordsResponse> {}
