import { array, type Decoded, int16, int32, message, string, uint16, uuid } from '../../codec/schema.ts'

/** BeginQuorumEpoch (53): the new leader of the quorum announces itself. KIP-595. */
export const beginQuorumEpochRequest = message({
  name: 'BeginQuorumEpochRequest',
  api: 53,
  versions: [0, 1],
  flexible: 1,
  fields: {
    clusterId: string.nullable().default(null),
    voterId: int32.since(1).default(-1),
    topics: array({
      topicName: string,
      partitions: array({
        partitionIndex: int32,
        voterDirectoryId: uuid.since(1),
        leaderId: int32,
        leaderEpoch: int32,
      }),
    }),
    leaderEndpoints: array({ name: string, host: string, port: uint16 }).since(1),
  },
})
export interface BeginQuorumEpochRequest extends Decoded<typeof beginQuorumEpochRequest> {}

export const beginQuorumEpochResponse = message({
  name: 'BeginQuorumEpochResponse',
  api: 53,
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
export interface BeginQuorumEpochResponse extends Decoded<typeof beginQuorumEpochResponse> {}
