import { array, type Decoded, int16, int32, message, string, uint16, uuid } from '../../codec/schema.ts'

/** EndQuorumEpoch (54): the leader of the quorum resigns. KIP-595. */
export const endQuorumEpochRequest = message({
  name: 'EndQuorumEpochRequest',
  api: 54,
  versions: [0, 1],
  flexible: 1,
  fields: {
    clusterId: string.nullable().default(null),
    topics: array({
      topicName: string,
      partitions: array({
        partitionIndex: int32,
        leaderId: int32,
        leaderEpoch: int32,
        preferredSuccessors: array(int32).until(0),
        preferredCandidates: array({ candidateId: int32, candidateDirectoryId: uuid }).since(1),
      }),
    }),
    leaderEndpoints: array({ name: string, host: string, port: uint16 }).since(1),
  },
})
export interface EndQuorumEpochRequest extends Decoded<typeof endQuorumEpochRequest> {}

export const endQuorumEpochResponse = message({
  name: 'EndQuorumEpochResponse',
  api: 54,
  versions: [0, 1],
  flexible: 1,
  fields: {
    errorCode: int16,
    topics: array({
      topicName: string,
      partitions: array({ partitionIndex: int32, errorCode: int16, leaderId: int32, leaderEpoch: int32 }),
    }),
    nodeEndpoints: array({ nodeId: int32, host: string, port: uint16 }).since(1).tag(0),
  },
})
export interface EndQuorumEpochResponse extends Decoded<typeof endQuorumEpochResponse> {}
