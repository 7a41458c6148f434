import { array, type Decoded, int16, int32, message, string } from '../codec/schema.ts'

/** LeaveGroup (13): members leave a classic group. KIP-345. */
export const leaveGroupRequest = message({
  name: 'LeaveGroupRequest',
  api: 13,
  versions: [0, 5],
  flexible: 4,
  fields: {
    groupId: string,
    memberId: string.until(2),
    members: array({
      memberId: string,
      groupInstanceId: string.nullable().default(null),
      reason: string.since(5).nullable().default(null),
    }).since(3),
  },
})
export interface LeaveGroupRequest extends Decoded<typeof leaveGroupRequest> {}

export const leaveGroupResponse = message({
  name: 'LeaveGroupResponse',
  api: 13,
  versions: [0, 5],
  flexible: 4,
  fields: {
    throttleTimeMs: int32.since(1),
    errorCode: int16,
    members: array({ memberId: string, groupInstanceId: string.nullable(), errorCode: int16 }).since(3),
  },
})
export interface LeaveGroupResponse extends Decoded<typeof leaveGroupResponse> {}
