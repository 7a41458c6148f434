import { type Decoded, int16, int32, message, string, uuid } from '../codec/schema.ts'

/** RemoveRaftVoter (81): remove a voter from the metadata quorum. KIP-853. */
export const removeRaftVoterRequest = message({
  name: 'RemoveRaftVoterRequest',
  api: 81,
  versions: [0, 0],
  flexible: 0,
  fields: { clusterId: string.nullable(), voterId: int32, voterDirectoryId: uuid },
})
export interface RemoveRaftVoterRequest extends Decoded<typeof removeRaftVoterRequest> {}

export const removeRaftVoterResponse = message({
  name: 'RemoveRaftVoterResponse',
  api: 81,
  versions: [0, 0],
  flexible: 0,
  fields: { throttleTimeMs: int32, errorCode: int16, errorMessage: string.nullable() },
})
export interface RemoveRaftVoterResponse extends Decoded<typeof removeRaftVoterResponse> {}
