import { array, bool, type Decoded, int16, int32, int64, message, string, uint16, uuid } from '../../codec/schema.ts'

/** Vote (52): a candidate asks for votes. KIP-595. */
export const voteRequest = message({
  name: 'VoteRequest',
  api: 52,
  versions: [0, 2],
  flexible: 0,
  fields: {
    clusterId: string.nullable().default(null),
    voterId: int32.since(1).default(-1),
    topics: array({
      topicName: string,
      partitions: array({
        partitionIndex: int32,
        replicaEpoch: int32,
        replicaId: int32,
        replicaDirectoryId: uuid.since(1),
        voterDirectoryId: uuid.since(1),
        lastOffsetEpoch: int32,
        lastOffset: int64,
        preVote: bool.since(2),
      }),
    }),
  },
})
export interface VoteRequest extends Decoded<typeof voteRequest> {}

export const voteResponse = message({
  name: 'VoteResponse',
  api: 52,
  versions: [0, 2],
  flexible: 0,
  fields: {
    errorCode: int16,
    topics: array({
      topicName: string,
      partitions: array({
        partitionIndex: int32,
        errorCode: int16,
        leaderId: int32,
        leaderEpoch: int32,
        voteGranted: bool,
      }),
    }),
    nodeEndpoints: array({ nodeId: int32, host: string, port: uint16 }).since(1).tag(0),
  },
})
export interface VoteResponse extends Decoded<typeof voteResponse> {}
