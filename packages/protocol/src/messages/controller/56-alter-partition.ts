import { array, type Decoded, int8, int16, int32, int64, message, uuid } from '../../codec/schema.ts'

/** AlterPartition (56): a partition leader changes the in-sync replicas. KIP-497. */
export const alterPartitionRequest = message({
  name: 'AlterPartitionRequest',
  api: 56,
  versions: [2, 3],
  flexible: 0,
  fields: {
    brokerId: int32,
    brokerEpoch: int64.default(-1),
    topics: array({
      topicId: uuid,
      partitions: array({
        partitionIndex: int32,
        leaderEpoch: int32,
        newIsr: array(int32).until(2),
        newIsrWithEpochs: array({ brokerId: int32, brokerEpoch: int64.default(-1) }).since(3),
        leaderRecoveryState: int8,
        partitionEpoch: int32,
      }),
    }),
  },
})
export interface AlterPartitionRequest extends Decoded<typeof alterPartitionRequest> {}

export const alterPartitionResponse = message({
  name: 'AlterPartitionResponse',
  api: 56,
  versions: [2, 3],
  flexible: 0,
  fields: {
    throttleTimeMs: int32,
    errorCode: int16,
    topics: array({
      topicId: uuid,
      partitions: array({
        partitionIndex: int32,
        errorCode: int16,
        leaderId: int32,
        leaderEpoch: int32,
        isr: array(int32),
        leaderRecoveryState: int8,
        partitionEpoch: int32,
      }),
    }),
  },
})
export interface AlterPartitionResponse extends Decoded<typeof alterPartitionResponse> {}
