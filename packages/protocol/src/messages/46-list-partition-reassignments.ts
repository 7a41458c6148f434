import { array, type Decoded, int16, int32, message, string } from '../codec/schema.ts'

/** ListPartitionReassignments (46): moves of partitions under way. KIP-455. */
export const listPartitionReassignmentsRequest = message({
  name: 'ListPartitionReassignmentsRequest',
  api: 46,
  versions: [0, 0],
  flexible: 0,
  fields: {
    timeoutMs: int32.default(60000),
    topics: array({ name: string, partitionIndexes: array(int32) })
      .nullable()
      .default(null),
  },
})
export interface ListPartitionReassignmentsRequest extends Decoded<typeof listPartitionReassignmentsRequest> {}

export const listPartitionReassignmentsResponse = message({
  name: 'ListPartitionReassignmentsResponse',
  api: 46,
  versions: [0, 0],
  flexible: 0,
  fields: {
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: string.nullable(),
    topics: array({
      name: string,
      partitions: array({
        partitionIndex: int32,
        replicas: array(int32),
        addingReplicas: array(int32),
        removingReplicas: array(int32),
      }),
    }),
  },
})
export interface ListPartitionReassignmentsResponse extends Decoded<typeof listPartitionReassignmentsResponse> {}
