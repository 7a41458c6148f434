import { array, bool, type Decoded, int8, int16, int32, message, string } from '../codec/schema.ts'

/** DescribeCluster (60): the brokers and the controller of the cluster. KIP-700, 919. */
export const describeClusterRequest = message({
  name: 'DescribeClusterRequest',
  api: 60,
  versions: [0, 2],
  flexible: 0,
  fields: {
    includeClusterAuthorizedOperations: bool,
    endpointType: int8.since(1).default(1),
    includeFencedBrokers: bool.since(2),
  },
})
export interface DescribeClusterRequest extends Decoded<typeof describeClusterRequest> {}

export const describeClusterResponse = message({
  name: 'DescribeClusterResponse',
  api: 60,
  versions: [0, 2],
  flexible: 0,
  fields: {
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: string.nullable().default(null),
    endpointType: int8.since(1).default(1),
    clusterId: string,
    controllerId: int32.default(-1),
    brokers: array({
      brokerId: int32,
      host: string,
      port: int32,
      rack: string.nullable().default(null),
      isFenced: bool.since(2),
    }),
    clusterAuthorizedOperations: int32.default(-2147483648),
  },
})
export interface DescribeClusterResponse extends Decoded<typeof describeClusterResponse> {}
