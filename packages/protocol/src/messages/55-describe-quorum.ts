import { array, type Decoded, int16, int32, int64, message, string, uint16, uuid } from '../codec/schema.ts'

/** DescribeQuorum (55): state of the metadata quorum. KIP-595. */
export const describeQuorumRequest = message({
  name: 'DescribeQuorumRequest',
  api: 55,
  versions: [0, 2],
  flexible: 0,
  fields: {
    topics: array({
      topicName: string,
      partitions: array({ partitionIndex: int32 }),
    }),
  },
})
export interface DescribeQuorumRequest extends Decoded<typeof describeQuorumRequest> {}

const replicaState = {
  replicaId: int32,
  replicaDirectoryId: uuid.since(2),
  logEndOffset: int64,
  lastFetchTimestamp: int64.since(1).default(-1),
  lastCaughtUpTimestamp: int64.since(1).default(-1),
}

export const describeQuorumResponse = message({
  name: 'DescribeQuorumResponse',
  api: 55,
  versions: [0, 2],
  flexible: 0,
  fields: {
    errorCode: int16,
    errorMessage: string.since(2).nullable(),
    topics: array({
      topicName: string,
      partitions: array({
        partitionIndex: int32,
        errorCode: int16,
        errorMessage: string.since(2).nullable(),
        leaderId: int32,
        leaderEpoch: int32,
        highWatermark: int64,
        currentVoters: array(replicaState),
        observers: array(replicaState),
      }),
    }),
    nodes: array({
      nodeId: int32,
      listeners: array({ name: string, host: string, port: uint16 }),
    }).since(2),
  },
})
export interface DescribeQuorumResponse extends Decoded<typeof describeQuorumResponse> {}
