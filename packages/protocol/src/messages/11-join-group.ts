import { array, bool, bytes, type Decoded, int16, int32, message, string } from '../codec/schema.ts'

/** JoinGroup (11): become a member of a classic group, or rejoin it. KIP-345, 394, 800. */
export const joinGroupRequest = message({
  name: 'JoinGroupRequest',
  api: 11,
  versions: [0, 9],
  flexible: 6,
  fields: {
    groupId: string,
    sessionTimeoutMs: int32,
    rebalanceTimeoutMs: int32.since(1).default(-1),
    memberId: string,
    groupInstanceId: string.since(5).nullable().default(null),
    protocolType: string,
    protocols: array({ name: string, metadata: bytes }),
    reason: string.since(8).nullable().default(null),
  },
})
export interface JoinGroupRequest extends Decoded<typeof joinGroupRequest> {}

export const joinGroupResponse = message({
  name: 'JoinGroupResponse',
  api: 11,
  versions: [0, 9],
  flexible: 6,
  fields: {
    throttleTimeMs: int32.since(2),
    errorCode: int16,
    generationId: int32.default(-1),
    protocolType: string.since(7).nullable().default(null),
    protocolName: string.nullable(7),
    leader: string,
    skipAssignment: bool.since(9),
    memberId: string,
    members: array({
      memberId: string,
      groupInstanceId: string.since(5).nullable().default(null),
      metadata: bytes,
    }),
  },
})
export interface JoinGroupResponse extends Decoded<typeof joinGroupResponse> {}
