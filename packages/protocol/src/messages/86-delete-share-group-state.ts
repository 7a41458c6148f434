import { array, type Decoded, int16, int32, message, string, uuid } from '../codec/schema.ts'

/** DeleteShareGroupState (86): delete the state of share partitions. KIP-932. */
export const deleteShareGroupStateRequest = message({
  name: 'DeleteShareGroupStateRequest',
  api: 86,
  versions: [0, 0],
  flexible: 0,
  fields: {
    groupId: string,
    topics: array({
      topicId: uuid,
      partitions: array({ partition: int32 }),
    }),
  },
})
export interface DeleteShareGroupStateRequest extends Decoded<typeof deleteShareGroupStateRequest> {}

export const deleteShareGroupStateResponse = message({
  name: 'DeleteShareGroupStateResponse',
  api: 86,
  versions: [0, 0],
  flexible: 0,
  fields: {
    results: array({
      topicId: uuid,
      partitions: array({ partition: int32, errorCode: int16, errorMessage: string.nullable().default(null) }),
    }),
  },
})
export interface DeleteShareGroupStateResponse extends Decoded<typeof deleteShareGroupStateResponse> {}
