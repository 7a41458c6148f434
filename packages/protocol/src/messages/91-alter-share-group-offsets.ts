import { array, type Decoded, int16, int32, int64, message, string, uuid } from '../codec/schema.ts'

/** AlterShareGroupOffsets (91): change start offsets of share groups. KIP-932. */
export const alterShareGroupOffsetsRequest = message({
  name: 'AlterShareGroupOffsetsRequest',
  api: 91,
  versions: [0, 0],
  flexible: 0,
  fields: {
    groupId: string,
    topics: array({
      topicName: string,
      partitions: array({ partitionIndex: int32, startOffset: int64 }),
    }),
  },
})
export interface AlterShareGroupOffsetsRequest extends Decoded<typeof alterShareGroupOffsetsRequest> {}

export const alterShareGroupOffsetsResponse = message({
  name: 'AlterShareGroupOffsetsResponse',
  api: 91,
  versions: [0, 0],
  flexible: 0,
  fields: {
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: string.nullable().default(null),
    responses: array({
      topicName: string,
      topicId: uuid,
      partitions: array({
        partitionIndex: int32,
        errorCode: int16,
        errorMessage: string.nullable().default(null),
      }),
    }),
  },
})
export interface AlterShareGroupOffsetsResponse extends Decoded<typeof alterShareGroupOffsetsResponse> {}
