import { array, bool, type Decoded, int16, int32, message, string, struct, uuid } from '../codec/schema.ts'

/** DescribeTopicPartitions (75): partitions of topics, page by page. KIP-966. */
export const describeTopicPartitionsRequest = message({
  name: 'DescribeTopicPartitionsRequest',
  api: 75,
  versions: [0, 0],
  flexible: 0,
  fields: {
    topics: array({ name: string }),
    responsePartitionLimit: int32.default(2000),
    cursor: struct({ topicName: string, partitionIndex: int32 }).nullable().default(null),
  },
})
export interface DescribeTopicPartitionsRequest extends Decoded<typeof describeTopicPartitionsRequest> {}

export const describeTopicPartitionsResponse = message({
  name: 'DescribeTopicPartitionsResponse',
  api: 75,
  versions: [0, 0],
  flexible: 0,
  fields: {
    throttleTimeMs: int32,
    topics: array({
      errorCode: int16,
      name: string.nullable(),
      topicId: uuid,
      isInternal: bool,
      partitions: array({
        errorCode: int16,
        partitionIndex: int32,
        leaderId: int32,
        leaderEpoch: int32.default(-1),
        replicaNodes: array(int32),
        isrNodes: array(int32),
        eligibleLeaderReplicas: array(int32).nullable().default(null),
        lastKnownElr: array(int32).nullable().default(null),
        offlineReplicas: array(int32),
      }),
      topicAuthorizedOperations: int32.default(-2147483648),
    }),
    nextCursor: struct({ topicName: string, partitionIndex: int32 }).nullable().default(null),
  },
})
export interface DescribeTopicPartitionsResponse extends Decoded<typeof describeTopicPartitionsResponse> {}
