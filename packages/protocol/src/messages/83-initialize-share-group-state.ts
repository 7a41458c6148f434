import { array, type Decoded, int16, int32, int64, message, string, uuid } from '../codec/schema.ts'

/** InitializeShareGroupState (83): initialize the state of share partitions. KIP-932. */
export const initializeShareGroupStateRequest = message({
  name: 'InitializeShareGroupStateRequest',
  api: 83,
  versions: [0, 0],
  flexible: 0,
  fields: {
    groupId: string,
    topics: array({
      topicId: uuid,
      partitions: array({ partition: int32, stateEpoch: int32, startOffset: int64 }),
    }),
  },
})
export interface InitializeShareGroupStateRequest extends Decoded<typeof initializeShareGroupStateRequest> {}

export const initializeShareGroupStateResponse = message({
  name: 'InitializeShareGroupStateResponse',
  api: 83,
  versions: [0, 0],
  flexible: 0,
  fields: {
    results: array({
      topicId: uuid,
      partitions: array({ partition: int32, errorCode: int16, errorMessage: string.nullable().default(null) }),
    }),
  },
})
export interface InitializeShareGroupStateResponse extends Decoded<typeof initializeShareGroupStateResponse> {}
