import { array, type Decoded, int16, int32, message, string, uuid } from '../codec/schema.ts'

/** DeleteShareGroupOffsets (92): delete offsets of share groups. KIP-932. */
export const deleteShareGroupOffsetsRequest = message({
  name: 'DeleteShareGroupOffsetsRequest',
  api: 92,
  versions: [0, 0],
  flexible: 0,
  fields: {
    groupId: string,
    topics: array({ topicName: string }),
  },
})
export interface DeleteShareGroupOffsetsRequest extends Decoded<typeof deleteShareGroupOffsetsRequest> {}

export const deleteShareGroupOffsetsResponse = message({
  name: 'DeleteShareGroupOffsetsResponse',
  api: 92,
  versions: [0, 0],
  flexible: 0,
  fields: {
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: string.nullable().default(null),
    responses: array({
      topicName: string,
      topicId: uuid,
      errorCode: int16,
      errorMessage: string.nullable().default(null),
    }),
  },
})
export interface DeleteShareGroupOffsetsResponse extends Decoded<typeof deleteShareGroupOffsetsResponse> {}
