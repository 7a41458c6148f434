import { array, bytes, type Decoded, int16, int32, message, string } from '../codec/schema.ts'

/** SyncGroup (14): hand out (leader) or receive (others) the assignment of a classic group. */
export const syncGroupRequest = message({
  name: 'SyncGroupRequest',
  api: 14,
  versions: [0, 5],
  flexible: 4,
  fields: {
    groupId: string,
    generationId: int32,
    memberId: string,
    groupInstanceId: string.since(3).nullable().default(null),
    protocolType: string.since(5).nullable().default(null),
    protocolName: string.since(5).nullable().default(null),
    assignments: array({ memberId: string, assignment: bytes }),
  },
})
export interface SyncGroupRequest extends Decoded<typeof syncGroupRequest> {}

export const syncGroupResponse = message({
  name: 'SyncGroupResponse',
  api: 14,
  versions: [0, 5],
  flexible: 4,
  fields: {
    throttleTimeMs: int32.since(1),
    errorCode: int16,
    protocolType: string.since(5).nullable().default(null),
    protocolName: string.since(5).nullable().default(null),
    assignment: bytes,
  },
})
export interface SyncGroupResponse extends Decoded<typeof syncGroupResponse> {}
