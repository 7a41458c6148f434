import { array, type Decoded, int16, int32, message, string, struct, uint16, uuid } from '../../codec/schema.ts'

/** UpdateRaftVoter (82): change a voter's endpoints. KIP-853. */
export const updateRaftVoterRequest = message({
  name: 'UpdateRaftVoterRequest',
  api: 82,
  versions: [0, 0],
  flexible: 0,
  fields: {
    clusterId: string.nullable(),
    currentLeaderEpoch: int32,
    voterId: int32,
    voterDirectoryId: uuid,
    listeners: array({ name: string, host: string, port: uint16 }),
    kRaftVersionFeature: struct({ minSupportedVersion: int16, maxSupportedVersion: int16 }),
  },
})
export interface UpdateRaftVoterRequest extends Decoded<typeof updateRaftVoterRequest> {}

export const updateRaftVoterResponse = message({
  name: 'UpdateRaftVoterResponse',
  api: 82,
  versions: [0, 0],
  flexible: 0,
  fields: {
    throttleTimeMs: int32,
    errorCode: int16,
    currentLeader: struct({
      leaderId: int32.default(-1),
      leaderEpoch: int32.default(-1),
      host: string,
      port: int32,
    }).tag(0),
  },
})
export interface UpdateRaftVoterResponse extends Decoded<typeof updateRaftVoterResponse> {}
