import { array, bool, type Decoded, int16, int32, message, string } from '../codec/schema.ts'

/** CreatePartitions (37): add partitions to topics. KIP-195. */
export const createPartitionsRequest = message({
  name: 'CreatePartitionsRequest',
  api: 37,
  versions: [0, 3],
  flexible: 2,
  fields: {
    topics: array({
      name: string,
      count: int32,
      assignments: array({ brokerIds: array(int32) }).nullable(),
    }),
    timeoutMs: int32,
    validateOnly: bool,
  },
})
export interface CreatePartitionsRequest extends Decoded<typeof createPartitionsRequest> {}

export const createPartitionsResponse = message({
  name: 'CreatePartitionsResponse',
  api: 37,
  versions: [0, 3],
  flexible: 2,
  fields: {
    throttleTimeMs: int32,
    results: array({ name: string, errorCode: int16, errorMessage: string.nullable().default(null) }),
  },
})
export interface CreatePartitionsResponse extends Decoded<typeof createPartitionsResponse> {}
