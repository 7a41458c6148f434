import { array, type Decoded, int16, int32, message, never, string } from '../codec/schema.ts'

/** OffsetDelete (47): delete stored offsets of a group. KIP-496. */
export const offsetDeleteRequest = message({
  name: 'OffsetDeleteRequest',
  api: 47,
  versions: [0, 0],
  flexible: never,
  fields: {
    groupId: string,
    topics: array({
      name: string,
      partitions: array({ partitionIndex: int32 }),
    }),
  },
})
export interface OffsetDeleteRequest extends Decoded<typeof offsetDeleteRequest> {}

export const offsetDeleteResponse = message({
  name: 'OffsetDeleteResponse',
  api: 47,
  versions: [0, 0],
  flexible: never,
  fields: {
    errorCode: int16,
    throttleTimeMs: int32,
    topics: array({
      name: string,
      partitions: array({ partitionIndex: int32, errorCode: int16 }),
    }),
  },
})
export interface OffsetDeleteResponse extends Decoded<typeof offsetDeleteResponse> {}
