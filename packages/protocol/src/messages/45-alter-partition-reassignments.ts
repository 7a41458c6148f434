import { array, bool, type Decoded, int16, int32, message, string } from '../codec/schema.ts'

/** AlterPartitionReassignments (45): move partitions to other brokers. KIP-455. */
export const alterPartitionReassignmentsRequest = message({
  name: 'AlterPartitionReassignmentsRequest',
  api: 45,
  versions: [0, 1],
  flexible: 0,
  fields: {
    timeoutMs: int32.default(60000),
    allowReplicationFactorChange: bool.since(1).default(true),
    topics: array({
      name: string,
      partitions: array({ partitionIndex: int32, replicas: array(int32).nullable().default(null) }),
    }),
  },
})
export interface AlterPartitionReassignmentsRequest extends Decoded<typeof alterPartitionReassignmentsRequest> {}

export const alterPartitionReassignmentsResponse = message({
  name: 'AlterPartitionReassignmentsResponse',
  api: 45,
  versions: [0, 1],
  flexible: 0,
  fields: {
    throttleTimeMs: int32,
    allowReplicationFactorChange: bool.since(1).default(true),
    errorCode: int16,
    errorMessage: string.nullable(),
    responses: array({
      name: string,
      partitions: array({ partitionIndex: int32, errorCode: int16, errorMessage: string.nullable() }),
    }),
  },
})
export interface AlterPartitionReassignmentsResponse extends Decoded<typeof alterPartitionReassignmentsResponse> {}
