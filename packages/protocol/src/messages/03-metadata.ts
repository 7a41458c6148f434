import { array, bool, type Decoded, int16, int32, message, string, uuid } from '../codec/schema.ts'

/** Metadata (3): which topics there are, their partitions and leaders, and the brokers. KIP-4, 526. */
export const metadataRequest = message({
  name: 'MetadataRequest',
  api: 3,
  versions: [0, 13],
  flexible: 9,
  fields: {
    topics: array({ topicId: uuid.since(10), name: string.nullable(10) }).nullable(1),
    allowAutoTopicCreation: bool.since(4).default(true),
    includeClusterAuthorizedOperations: bool.since(8).until(10),
    includeTopicAuthorizedOperations: bool.since(8),
  },
})
export interface MetadataRequest extends Decoded<typeof metadataRequest> {}

export const metadataResponse = message({
  name: 'MetadataResponse',
  api: 3,
  versions: [0, 13],
  flexible: 9,
  fields: {
    throttleTimeMs: int32.since(3),
    brokers: array({
      nodeId: int32,
      host: string,
      port: int32,
      rack: string.since(1).nullable().default(null),
    }),
    clusterId: string.since(2).nullable().default(null),
    controllerId: int32.since(1).default(-1),
    topics: array({
      errorCode: int16,
      name: string.nullable(12),
      topicId: uuid.since(10),
      isInternal: bool.since(1),
      partitions: array({
        errorCode: int16,
        partitionIndex: int32,
        leaderId: int32,
        leaderEpoch: int32.since(7).default(-1),
        replicaNodes: array(int32),
        isrNodes: array(int32),
        offlineReplicas: array(int32).since(5),
      }),
      topicAuthorizedOperations: int32.since(8).default(-2147483648),
    }),
    clusterAuthorizedOperations: int32.since(8).until(10).default(-2147483648),
    errorCode: int16.since(13),
  },
})
export interface MetadataResponse extends Decoded<typeof metadataResponse> {}
