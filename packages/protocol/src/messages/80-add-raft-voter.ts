import { array, bool, type Decoded, int16, int32, message, string, uint16, uuid } from '../codec/schema.ts'

/** AddRaftVoter (80): add a voter to the metadata quorum. KIP-853. */
export const addRaftVoterRequest = message({
  name: 'AddRaftVoterRequest',
  api: 80,
  versions: [0, 1],
  flexible: 0,
  fields: {
    clusterId: string.nullable(),
    timeoutMs: int32,
    voterId: int32,
    voterDirectoryId: uuid,
    listeners: array({ name: string, host: string, port: uint16 }),
    ackWhenCommitted: bool.since(1).default(true),
  },
})
export interface AddRaftVoterRequest extends Decoded<typeof addRaftVoterRequest> {}

export const addRaftVoterResponse = message({
  name: 'AddRaftVoterResponse',
  api: 80,
  versions: [0, 1],
  flexible: 0,
  fields: { throttleTimeMs: int32, errorCode: int16, errorMessage: string.nullable() },
})
export interface AddRaftVoterResponse extends Decoded<typeof addRaftVoterResponse> {}
